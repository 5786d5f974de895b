#include "harness/kernels/problem_run.h"

#include <functional>

#include <torch/utils.h>

#include "harness/deepbench/operation_count.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

KernelTask gemm_task(const GemmProblem& gemm, ElementType storage) {
  return {Contraction(gemm), gemm_kernel(gemm, storage), kWeights, kActivations, 0, 0};
}

KernelTask convolution_task(const ConvolutionProblem& problem, Pass pass, ElementType storage) {
  KernelTask task{Contraction(problem, pass),
                  convolution_kernel(problem, pass, storage),
                  kActivations,
                  kWeights,
                  0,
                  0};
  if (pass == Pass::kBackwardData) task.a = kGradients;
  if (pass == Pass::kBackwardFilter) task.b = kGradients;
  return task;
}

/// Makes each task when it is its turn.
void for_each_task(const Work& work, ElementType storage,
                   const std::function<void(KernelTask)>& visit) {
  const auto add = [&](KernelTask task) {
    task.flops = operation_count(work);
    task.bytes = byte_count(work, bytes_of(storage));
    visit(std::move(task));
  };
  if (const auto* gemm = std::get_if<GemmProblem>(&work)) return add(gemm_task(*gemm, storage));
  const auto* convolution = std::get_if<ConvolutionProblem>(&work);
  TORCH_CHECK(convolution != nullptr, "expected a GEMM or a convolution, got ", op_name(work));
  for (const Pass pass : convolution->passes) add(convolution_task(*convolution, pass, storage));
}

/// Both cases, one after the other into the same result.
CheckRecord check(const KernelCheck& expected, const TorchKernel& kernel) {
  kernel.load(expected.a(), expected.b());
  kernel.run();
  const Array values = kernel.result();
  if (expected.integer_a().elements() == 0) return expected.judge(values, Array());
  kernel.load(expected.integer_a(), expected.integer_b());
  kernel.run();
  return expected.judge(values, kernel.result());
}

KernelArithmeticRecord arithmetic_record(const KernelArithmetic& arithmetic) {
  const std::string storage(to_string(arithmetic.storage));
  const std::string accumulate(to_string(arithmetic.accumulate));
  // Products of two halves or bfloat16 are exact in float.
  return {storage, accumulate, accumulate, storage, "none"};
}

}  // namespace

std::vector<KernelTask> kernel_tasks(const Work& work, ElementType storage) {
  std::vector<KernelTask> tasks;
  for_each_task(work, storage, [&](KernelTask task) { tasks.push_back(std::move(task)); });
  return tasks;
}

ProductRecord run_kernel(const KernelTask& task, const KernelTimingOptions& timing) {
  const c10::InferenceMode guard;
  const TorchKernel& kernel = task.kernel;
  ProductRecord record;
  record.pass = kernel.pass;
  record.engine = kernel.engine;
  record.arithmetic = arithmetic_record(kernel.arithmetic);
  record.flops = task.flops;
  record.bytes = task.bytes;
  const KernelCheck expected(task.contraction, kernel.arithmetic, {.a = task.a, .b = task.b});
  record.check = check(expected, kernel);
  if (record.check.outcome != CheckOutcome::kRight) return record;
  kernel.load(expected.a(), expected.b());
  const TimingRecord measured = time_kernel(kernel.run, task.flops, task.bytes, timing);
  const CheckRecord again = expected.judge_values(kernel.result());
  if (again.outcome == CheckOutcome::kRight) {
    record.timing = measured;
  } else {
    record.check.outcome = again.outcome;
    record.check.reason = "after it was timed: " + again.reason;
  }
  return record;
}

std::vector<ProductRecord> run_kernels(const Work& work, ElementType storage,
                                       const KernelTimingOptions& timing) {
  const c10::InferenceMode guard;
  std::vector<ProductRecord> records;
  for_each_task(work, storage,
                [&](const KernelTask& task) { records.push_back(run_kernel(task, timing)); });
  return records;
}

}  // namespace harness
