#pragma once

#include <string_view>
#include <vector>

namespace harness {

/// Mistakes of the code that trained the rows. All are off by default; each can be turned on by its
/// name, to see what it changes.
struct UpstreamQuirks {
  /// "wrap-rounds-norm": wrapping an already loaded model rounds what batch norm holds to half
  /// once; the masters, copied before, keep it (mmcv, every version with the half branch).
  bool wrap_rounds_norm = false;
  /// "masters-not-saved": a state has no master weights, and resuming starts them from the half
  /// weights of the model (mmcv, every version with the half branch).
  bool masters_not_saved = false;
  /// "momentum-lost-on-resume": resuming starts without momentum, because the optimizer's state is
  /// keyed to the parameters before they were copied (mmcv before 1.1.4).
  bool momentum_lost_on_resume = false;
  /// "no-overflow-check": under a static scale infinite gradients are applied (mmcv with the half
  /// branch; before 1.2.0 there was no check at all).
  bool no_overflow_check = false;

  friend bool operator==(const UpstreamQuirks&, const UpstreamQuirks&) = default;
};

/// All names.
std::vector<std::string_view> quirk_names();

/// The names of the quirks that are on.
std::vector<std::string_view> names_of(const UpstreamQuirks& quirks);

/// Turns on the quirk of this name; false when there is none.
bool turn_on(UpstreamQuirks& quirks, std::string_view name) noexcept;

}  // namespace harness
