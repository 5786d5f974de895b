#pragma once

#include <cstdint>
#include <vector>

#include "harness/arithmetic/element_type.h"
#include "harness/deepbench/contraction.h"
#include "harness/deepbench/kernel_check.h"
#include "harness/deepbench/kernel_timing.h"
#include "harness/deepbench/problem.h"
#include "harness/kernels/torch_kernel.h"
#include "harness/record/deepbench_record.h"

namespace harness {

/// A kernel and what it has to compute.
struct KernelTask {
  Contraction contraction;
  TorchKernel kernel;
  ValueRange a;
  ValueRange b;
  std::int64_t flops = 0;  ///< Of one run.
  std::int64_t bytes = 0;
};

/// One for each pass, in their order. `work` is a GEMM or a convolution.
std::vector<KernelTask> kernel_tasks(const Work& work, ElementType storage);

/// Checks the kernel, and where it is right, times it and checks what the last timed run left. A
/// kernel that is wrong before or after has no time.
ProductRecord run_kernel(const KernelTask& task, const KernelTimingOptions& timing = {});

/// All of a problem's kernels, one after the other, so that one at a time is in memory.
std::vector<ProductRecord> run_kernels(const Work& work, ElementType storage,
                                       const KernelTimingOptions& timing = {});

}  // namespace harness
