#pragma once

#include <string>

#include <torch/types.h>

namespace harness {

/// What became of CUDA in this process.
struct CudaState {
  bool is_loaded = false;  ///< LibTorch's CUDA library is in this process, and LibTorch uses it.
  bool is_usable = false;  ///< It is loaded and there is a device.
  std::string reason;      ///< Why it is not usable, with the loader's or driver's own words.
};

/// Loads LibTorch's CUDA library from the folder of its CPU library, and the CUDA parts of
/// halfproof where there is a device. The program is not linked against either, so a worker for the
/// CPU never loads them. Only the first call does anything: LibTorch asks for its CUDA half once,
/// so the call must come before anything that concerns CUDA, a seed included.
const CudaState& load_cuda();

/// torch::kCPU or torch::kCUDA. Throws Error(kUnavailable), whose detail begins with "no gpu", when
/// CUDA is asked for and the machine has no GPU; Error(kWorkerFailed) where the driver shows a GPU
/// and this program cannot use it, or lacks its CUDA parts: that must not pass for a skip.
torch::Device open_device(const std::string& name);

}  // namespace harness
