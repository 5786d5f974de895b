#pragma once

#include <string>

#include <torch/torch.h>

namespace harness {

/// Loads LibTorch's CUDA library from the folder of its CPU library. A worker for the CPU never
/// loads it, because the program is not linked against it. Returns whether a CUDA device can be
/// used.
bool load_cuda_if_present();

/// torch::kCPU or torch::kCUDA. Throws Error(kUnavailable) whose detail begins with "no gpu" when
/// CUDA is asked for and there is no device, or no CUDA library of LibTorch.
torch::Device open_device(const std::string& name);

}  // namespace harness
