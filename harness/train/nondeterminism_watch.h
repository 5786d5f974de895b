#pragma once

#include <set>
#include <string>

#include <torch/torch.h>

namespace harness {

/// While it lives, LibTorch says of each operator that runs without a deterministic implementation
/// which one it is, and goes on. Other warnings go where they went before. One at a time.
class NondeterminismWatch : public c10::WarningHandler {
 public:
  NondeterminismWatch();
  ~NondeterminismWatch() override;
  NondeterminismWatch(const NondeterminismWatch&) = delete;
  NondeterminismWatch& operator=(const NondeterminismWatch&) = delete;

  /// Their names, as LibTorch writes them: "upsample_bilinear2d_backward_out_cuda".
  const std::set<std::string>& operators() const noexcept { return operators_; }

  void process(const c10::Warning& warning) override;

 private:
  c10::WarningHandler* before_;
  std::set<std::string> operators_;
};

}  // namespace harness
