#pragma once

#include <string>

#include <torch/torch.h>

namespace harness {

/// Loads LibTorch's CUDA half from beside its CPU half. A worker for the CPU never pays for it: the
/// program is not linked against it. Returns whether a CUDA device can be used.
bool load_cuda_if_present();

/// torch::kCPU or torch::kCUDA. Throws Error(kUnavailable) whose detail begins with "no gpu" when
/// CUDA is asked for and there is no device, or no CUDA half of LibTorch.
torch::Device open_device(const std::string& name);

}  // namespace harness
