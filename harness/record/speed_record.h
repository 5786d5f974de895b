#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/record/fields.h"

namespace harness {

/// How the network was run.
struct SpeedSetup {
  std::int64_t height = 0;  ///< Of the images, in pixels.
  std::int64_t width = 0;
  std::int64_t seed = 0;         ///< Of the drawn weights and images.
  std::string layout;            ///< "contiguous" or "channels-last".
  bool cudnn_benchmark = false;  ///< Never together with the source's protocol, which has it off.
  bool pinned = false;           ///< Images lie in page-locked memory.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("height", self.height);
    visit("width", self.width);
    visit("seed", self.seed);
    visit("layout", self.layout);
    visit("cudnn_benchmark", self.cudnn_benchmark);
    visit("pinned", self.pinned);
  }
};

/// What one image costs, whatever the clock says.
struct ImageCostRecord {
  double convolution_flops = 0.0;    ///< Two for each multiplication and addition.
  std::int64_t weights_bytes = 0;    ///< The model's tensors.
  std::int64_t peak_bytes = 0;       ///< With what is allocated beside them on the way.
  std::int64_t logits_elements = 0;  ///< Before any resize.
  std::int64_t logits_non_finite = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("convolution_flops", self.convolution_flops);
    visit("weights_bytes", self.weights_bytes);
    visit("peak_bytes", self.peak_bytes);
    visit("logits_elements", self.logits_elements);
    visit("logits_non_finite", self.logits_non_finite);
  }
};

/// The extent of samples; NaN where there is none.
struct SpreadRecord {
  double min = kNotMeasured;
  double median = kNotMeasured;
  double max = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("min", self.min);
    visit("median", self.median);
    visit("max", self.max);
  }
};

/// The GPU while something was timed, as NVML showed it ten times a second.
struct ClocksRecord {
  std::int64_t samples = 0;
  SpreadRecord sm_mhz;
  SpreadRecord memory_mhz;
  SpreadRecord power_w;
  SpreadRecord temperature_c;
  /// Why clocks were not higher, and in how many samples (base/system/gpu_monitor.h).
  std::map<std::string, std::int64_t> reasons;
  /// The most processes that computed on it besides one, which is ours; null where not told.
  std::optional<std::int64_t> other_processes;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("samples", self.samples);
    visit("sm_mhz", self.sm_mhz);
    visit("memory_mhz", self.memory_mhz);
    visit("power_w", self.power_w);
    visit("temperature_c", self.temperature_c);
    visit("reasons", self.reasons);
    visit("other_processes", self.other_processes);
  }
};

/// The protocol of mmseg 0.17.0, tools/benchmark.py: batch 1, the first images are discarded,
/// images per second are the number of the others over the sum of their times. One time is that of
/// the copy to the device, network, resize, softmax, argmax and copy to the host; cuDNN neither
/// benchmarks nor is deterministic.
struct SourceProtocolRecord {
  std::int64_t wanted = 0;      ///< Images that were asked for, warm-up included.
  std::int64_t warmup = 0;      ///< Images that were run first and discarded.
  std::vector<double> seconds;  ///< Of each image after them.
  double images_per_second = kNotMeasured;
  std::optional<ClocksRecord> clocks;  ///< Null without NVML.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("wanted", self.wanted);
    visit("warmup", self.warmup);
    visit("seconds", self.seconds);
    visit("images_per_second", self.images_per_second);
    visit("clocks", self.clocks);
  }
};

/// A median over images in seconds, with its 95 % interval (base/statistics/block_bootstrap.h).
struct MedianRecord {
  double median = kNotMeasured;
  double low = kNotMeasured;
  double high = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("median", self.median);
    visit("low", self.low);
    visit("high", self.high);
  }
};

/// How many times as fast as the reference this precision is, from rounds in which both were timed
/// one after the other: the median over rounds, with its 95 % interval.
struct SpeedupRecord {
  std::string reference;  ///< "fp32".
  double ratio = kNotMeasured;
  double low = kNotMeasured;
  double high = kNotMeasured;
  double network_ratio = kNotMeasured;  ///< The same of the network alone.
  double network_low = kNotMeasured;
  double network_high = kNotMeasured;
  std::vector<std::vector<double>> reference_seconds;  ///< By round; the reference's images.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("reference", self.reference);
    visit("ratio", self.ratio);
    visit("low", self.low);
    visit("high", self.high);
    visit("network_ratio", self.network_ratio);
    visit("network_low", self.network_low);
    visit("network_high", self.network_high);
    visit("reference_seconds", self.reference_seconds);
  }
};

/// Our own protocol: all precisions in turn, a block of images each, after a warm-up by time.
struct OwnProtocolRecord {
  double warmup_seconds = 0.0;               ///< All precisions together.
  std::vector<std::vector<double>> seconds;  ///< By block; wall clock of what the source times.
  MedianRecord image;                        ///< Of these.
  MedianRecord network;                      ///< The network alone, by the device's own clock.
  MedianRecord postprocess;  ///< Resize, softmax, argmax; on the CPU the copy of the labels too.
  double images_per_second = kNotMeasured;  ///< 1 / image.median.
  std::optional<SpeedupRecord> speedup;     ///< Null for the reference itself.
  std::optional<ClocksRecord> clocks;       ///< Of all precisions together; null without NVML.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("warmup_seconds", self.warmup_seconds);
    visit("seconds", self.seconds);
    visit("image", self.image);
    visit("network", self.network);
    visit("postprocess", self.postprocess);
    visit("images_per_second", self.images_per_second);
    visit("speedup", self.speedup);
    visit("clocks", self.clocks);
  }
};

/// A GPU kernel during one image.
struct KernelRecord {
  std::string name;
  std::string
      operation;     ///< LibTorch's operator that launched it; "" where the profiler knows none.
  std::string kind;  ///< What its name tells (arithmetic/kernel_class.h).
  std::int64_t calls = 0;
  double seconds = 0.0;  ///< Of all calls together.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("operation", self.operation);
    visit("kind", self.kind);
    visit("calls", self.calls);
    visit("seconds", self.seconds);
  }
};

/// The kernels of one image, the longest first, or why there are none.
struct KernelCensusRecord {
  std::string absence;  ///< "" where there are kernels.
  std::vector<KernelRecord> kernels;
  std::map<std::string, double> seconds;  ///< By kind.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("absence", self.absence);
    visit("kernels", self.kernels);
    visit("seconds", self.seconds);
  }
};

/// What the device achieves at most in this process: one number is the best of the repetitions,
/// the other their median.
struct AchievedRecord {
  double best = kNotMeasured;
  double median = kNotMeasured;
  std::int64_t repetitions = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("best", self.best);
    visit("median", self.median);
    visit("repetitions", self.repetitions);
  }
};

struct RoofRecord {
  std::int64_t matrix_size = 0;  ///< Products of square matrices of so many rows.
  AchievedRecord half_tflops;    ///< Half operands.
  AchievedRecord fp32_tflops;    ///< FP32 operands, no TF32.
  std::int64_t copy_bytes = 0;   ///< Copied within the device's memory.
  AchievedRecord copy_gb_per_s;  ///< 10^9 bytes read or written a second.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("matrix_size", self.matrix_size);
    visit("half_tflops", self.half_tflops);
    visit("fp32_tflops", self.fp32_tflops);
    visit("copy_bytes", self.copy_bytes);
    visit("copy_gb_per_s", self.copy_gb_per_s);
  }
};

/// Measurements of the stage speed: one precision of a row's network, with drawn weights and
/// images.
struct SpeedRecord {
  SpeedSetup setup;
  ImageCostRecord image;
  std::optional<SourceProtocolRecord> source;  ///< Null where it was not asked for, as own.
  std::optional<OwnProtocolRecord> own;
  std::optional<KernelCensusRecord> kernels;  ///< Null on the CPU, as the roofs.
  std::optional<RoofRecord> roof_before;      ///< Before everything that is timed, and after it.
  std::optional<RoofRecord> roof_after;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("setup", self.setup);
    visit("image", self.image);
    visit("source", self.source);
    visit("own", self.own);
    visit("kernels", self.kernels);
    visit("roof_before", self.roof_before);
    visit("roof_after", self.roof_after);
  }
};

}  // namespace harness
