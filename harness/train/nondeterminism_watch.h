#pragma once

#include <set>
#include <string>

#include <torch/types.h>

namespace harness {

/// While it exists, it collects the operators that run without a deterministic implementation, from
/// LibTorch's warnings, without stopping them. Other warnings go where they went before. At most
/// one may exist at a time.
class NondeterminismWatch : public c10::WarningHandler {
 public:
  NondeterminismWatch();
  ~NondeterminismWatch() override;
  NondeterminismWatch(const NondeterminismWatch&) = delete;
  NondeterminismWatch& operator=(const NondeterminismWatch&) = delete;

  /// The operators' names in LibTorch: "upsample_bilinear2d_backward_out_cuda".
  const std::set<std::string>& operators() const noexcept { return operators_; }

  void process(const c10::Warning& warning) override;

 private:
  c10::WarningHandler* before_;
  std::set<std::string> operators_;
};

}  // namespace harness
