#pragma once

#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/statistics/block_bootstrap.h"
#include "harness/record/speed_record.h"
#include "harness/table/model_cost.h"
#include "harness/testing/sample_row.h"

/// Results of the stage speed that pass, for tests to break one thing at a time.
namespace harness::sample {

inline constexpr const char* kHalfKernel =
    "sm90_xmma_fprop_implicit_gemm_f16f16_f16f32_f32_nhwckrsc_nhwc_kernel";
inline constexpr const char* kFp32Kernel =
    "sm80_xmma_fprop_implicit_gemm_f32f32_f32f32_f32_nchwkcrs_nchw_kernel";
inline constexpr const char* kTf32Kernel =
    "sm80_xmma_fprop_implicit_gemm_tf32f32_tf32f32_f32_nhwckrsc_nhwc_kernel";

/// Gives our own protocol these times, and what follows from them.
inline void set_times(OwnProtocolRecord& own, Blocks seconds) {
  const Interval interval = median_interval(seconds);
  own.image = {median_of_blocks(seconds), interval.low, interval.high};
  own.network = {own.image.median * 0.8, interval.low * 0.8, interval.high * 0.8};
  own.postprocess = {own.image.median * 0.1, interval.low * 0.1, interval.high * 0.1};
  own.images_per_second = 1.0 / own.image.median;
  own.seconds = std::move(seconds);
}

/// Compares them with FP32's, round by round.
inline void set_reference(OwnProtocolRecord& own, Blocks reference) {
  SpeedupRecord& speedup = own.speedup.emplace();
  speedup.reference = "fp32";
  speedup.ratio = median_ratio(reference, own.seconds);
  const Interval interval = ratio_interval(reference, own.seconds);
  speedup.low = interval.low;
  speedup.high = interval.high;
  speedup.network_ratio = speedup.ratio;
  speedup.network_low = speedup.low;
  speedup.network_high = speedup.high;
  speedup.reference_seconds = std::move(reference);
}

inline void set_seconds(SourceProtocolRecord& source, std::vector<double> seconds) {
  source.images_per_second =
      static_cast<double>(seconds.size()) / std::accumulate(seconds.begin(), seconds.end(), 0.0);
  source.seconds = std::move(seconds);
}

/// Read ten times a second.
inline ClocksRecord clocks(double seconds = 4.0) {
  ClocksRecord record;
  record.samples = std::lround(10.0 * seconds);
  record.sm_mhz = {1320.0, 1380.0, 1380.0};
  record.memory_mhz = {877.0, 877.0, 877.0};
  record.temperature_c = {41.0, 52.0, 55.0};
  record.reasons["gpu idle"] = 1;
  record.other_processes = 0;
  return record;
}

inline KernelRecord kernel(std::string name, double seconds,
                           std::string operation = "aten::cudnn_convolution") {
  return {std::move(name), std::move(operation), "as recorded", 200, seconds};
}

/// Gives the census these kernels and those of norms: name, operator, and seconds as shares of an
/// image's time.
inline void set_kernels(SpeedRecord& record, std::vector<KernelRecord> kernels) {
  kernels.push_back(kernel("bn_fw_inf_1C11_kernel_NCHW", 0.001, "aten::cudnn_batch_norm"));
  double sum = 0.0;
  for (const auto& kernel : kernels) sum += kernel.seconds;
  const double scale = record.own ? 0.9 * record.own->image.median / sum : 1.0;
  auto& census = record.kernels.emplace();
  for (auto& kernel : kernels) {
    kernel.seconds *= scale;
    census.seconds[kernel.kind] += kernel.seconds;
  }
  census.kernels = std::move(kernels);
}

/// What an image costs the sample row's model.
inline ImageCostRecord image_cost(const std::string& precision) {
  const ModelSpec spec = resolve_model(row(), Json());
  const ForwardCost cost = forward_cost(spec, 1024, 2048);
  const std::int64_t weights = state_bytes(spec, policy_of_precision(precision)).all;
  return {cost.convolution_flops, weights, 2 * weights, cost.logits_elements, 0};
}

/// Half on a GPU at 1024x2048: 8.64 images per second, 3.25 times FP32's.
inline SpeedRecord speed_record(const std::string& precision) {
  const bool is_half = precision == "fp16";
  SpeedRecord record;
  record.setup = {1024, 2048, 0, "contiguous", false, false};
  record.image = image_cost(precision);
  auto& source = record.source.emplace();
  source.wanted = 200;
  source.warmup = 5;
  set_seconds(source, std::vector<double>(195, is_half ? 1.0 / 8.64 : 1.0 / 2.66));
  source.clocks = clocks(is_half ? 195 / 8.64 : 195 / 2.66);
  const Blocks reference = {{0.375}, {0.376}, {0.377}, {0.376}, {0.376}};
  auto& own = record.own.emplace();
  set_times(own,
            is_half ? Blocks{{0.1153, 0.1155}, {0.1157}, {0.116}, {0.1157}, {0.1157}} : reference);
  if (is_half) set_reference(own, reference);
  own.warmup_seconds = 1.0;
  own.clocks = clocks();
  set_kernels(record,
              {kernel(is_half ? kHalfKernel : kFp32Kernel, 0.9),
               kernel("void at::native::vectorized_elementwise_kernel", 0.05, "aten::add")});
  record.roof_before.emplace();
  record.roof_before->half_tflops = {100.0, 90.0, 5};
  record.roof_before->fp32_tflops = {14.0, 13.0, 5};
  record.roof_before->copy_gb_per_s = {1000.0, 900.0, 5};
  record.roof_after = record.roof_before;
  return record;
}

inline GpuRecord v100() {
  GpuRecord gpu;
  gpu.name = "Tesla V100-SXM2-32GB";
  gpu.memory_bytes = 34089730048;
  gpu.compute_capability = "7.0";
  gpu.driver = "580.65.06";
  gpu.cuda = 12060;
  gpu.cudnn = 90100;
  return gpu;
}

inline RunResult speed(const std::string& precision = "fp16") {
  RunResult timed = result("speed", precision, record_to_json(speed_record(precision)));
  timed.device = "cuda";
  timed.environment.gpu = v100();
  timed.environment.library->libtorch = "2.11.0";
  timed.environment.library->cudnn.enabled = true;
  return timed;
}

}  // namespace harness::sample
