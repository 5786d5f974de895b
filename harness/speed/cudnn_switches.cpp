#include "harness/speed/cudnn_switches.h"

#include <ATen/Context.h>

namespace harness {
namespace {

void turn(bool benchmark, bool deterministic) {
  at::globalContext().setBenchmarkCuDNN(benchmark);
  at::globalContext().setDeterministicCuDNN(deterministic);
}

}  // namespace

CudnnSwitches::CudnnSwitches(bool benchmark, bool deterministic)
    : old_benchmark_(at::globalContext().benchmarkCuDNN()),
      old_deterministic_(at::globalContext().deterministicCuDNN()) {
  turn(benchmark, deterministic);
}

CudnnSwitches::~CudnnSwitches() {
  turn(old_benchmark_, old_deterministic_);
}

}  // namespace harness
