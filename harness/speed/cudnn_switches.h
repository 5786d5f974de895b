#pragma once

namespace harness {

/// While it lives, cuDNN chooses algorithms by benchmarking or not, and is deterministic or not, in
/// the whole process; afterwards as before.
class CudnnSwitches {
 public:
  CudnnSwitches(bool benchmark, bool deterministic);
  ~CudnnSwitches();
  CudnnSwitches(const CudnnSwitches&) = delete;
  CudnnSwitches& operator=(const CudnnSwitches&) = delete;

 private:
  bool old_benchmark_;
  bool old_deterministic_;
};

}  // namespace harness
