#include "harness/worker/speed_job.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/system/gpu_monitor.h"
#include "harness/base/system/machine.h"
#include "harness/base/system/nvidia_driver.h"
#include "harness/network/cuda_device.h"
#include "harness/network/drawn_model.h"
#include "harness/speed/cudnn_switches.h"
#include "harness/speed/image_cost.h"
#include "harness/speed/kernel_census.h"
#include "harness/speed/own_protocol.h"
#include "harness/speed/roof.h"
#include "harness/speed/source_protocol.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;
using Networks = std::vector<std::unique_ptr<TimedNetwork>>;

/// Different ones, so that nothing is timed on data that never changes.
constexpr std::int64_t kImages = 4;
constexpr double kWarmupSecondsOnCuda = 1.0;
constexpr std::int64_t kProgressEvery = 10;

bool flag_of(ObjectReader& reader, std::string_view key, bool otherwise) {
  const Json* value = reader.optional(key);
  if (value == nullptr) return otherwise;
  if (!value->is_boolean()) {
    reader.fail(key, fmt::format("expected a boolean, got {}", describe_type(*value)));
  }
  return value->get<bool>();
}

double positive_number(ObjectReader& reader, std::string_view key, double otherwise) {
  const double value = reader.optional_number(key).value_or(otherwise);
  if (!(value >= 0.0)) reader.fail(key, fmt::format("expected 0 or more, got {}", value));
  return value;
}

SpeedJob::Options options_from_json(const Json& value) {
  ObjectReader reader(value, "worker job", "speed");
  SpeedJob::Options options;
  const std::string layout =
      reader.optional_string("layout").value_or(std::string(to_string(options.layout)));
  if (!read_name(layout, options.layout)) {
    reader.fail("layout", fmt::format("expected contiguous or channels-last, got {}", layout));
  }
  options.cudnn_benchmark = flag_of(reader, "cudnn_benchmark", options.cudnn_benchmark);
  options.pinned = flag_of(reader, "pinned", options.pinned);
  options.source = flag_of(reader, "source", options.source);
  options.own = flag_of(reader, "own", options.own);
  options.roof = flag_of(reader, "roof", options.roof);
  options.images = reader.optional_integer("images").value_or(options.images);
  if (options.images < 2) {
    reader.fail("images", fmt::format("expected 2 or more, got {}", options.images));
  }
  options.source_seconds = positive_number(reader, "source_seconds", options.source_seconds);
  options.reference_seconds =
      positive_number(reader, "reference_seconds", options.reference_seconds);
  options.seconds = positive_number(reader, "seconds", options.seconds);
  options.seed = reader.optional_integer("seed").value_or(options.seed);
  reader.finish();
  return options;
}

/// FP32 first: the others are compared with it.
std::vector<std::string> precisions_of(const SpeedJob& job) {
  std::vector<std::string> precisions;
  const auto add = [&](const std::string& precision) {
    if (std::ranges::find(precisions, precision) == precisions.end()) {
      precisions.push_back(precision);
    }
  };
  const bool wants_fp32 = std::ranges::any_of(
      job.results, [](const WantedResult& one) { return one.precision == "fp32"; });
  if (job.options.own || wants_fp32) add("fp32");
  for (const auto& one : job.results) add(one.precision);
  return precisions;
}

void send_progress(const std::string& label, std::int64_t done, std::int64_t total) {
  send_event({{"event", "progress"}, {"label", label}, {"done", done}, {"total", total}});
}

/// Everything of a row that its precisions share.
class SpeedSession {
 public:
  explicit SpeedSession(const SpeedJob& job)
      : job_(job),
        device_(open_device(job.device)),
        switches_(job.options.cudnn_benchmark, /*deterministic=*/false) {
    if (job_.data.height <= 0 || job_.data.width <= 0) {
      throw Error(
          ErrorCode::kInvalidSuite, job_.suite,
          "data.size: expected the size of an image, which speed is measured on, found none");
    }
    images_ = drawn_images(kImages, job_.data.height, job_.data.width, seed() + 1);
    const ModelSpec spec = resolve_model(job_.row, Json());
    const models::StateDict weights = drawn_weights(spec, seed());
    for (const auto& precision : precisions_of(job_)) {
      networks_.push_back(
          std::make_unique<TimedNetwork>(precision, spec, weights, device_, job_.options.layout));
    }
    if (!device_.is_cuda()) return;
    if (job_.options.pinned) {
      for (auto& image : images_) image = image.pin_memory();
    }
    const auto gpu = cuda_device(0);
    monitor_ = GpuMonitor::open(gpu ? gpu->uuid : "");
  }

  void measure() {
    const auto before = roof();
    for (const auto& network : networks_) records_[network->precision()] = first_look(*network);
    // LibTorch keeps the algorithms that it found by benchmarking, and uses them from then on.
    if (job_.options.source && !job_.options.cudnn_benchmark) time_by_source();
    if (job_.options.own) time_by_own();
    for (const auto& network : networks_) look_at_kernels(*network);
    const auto after = roof();
    for (auto& [precision, record] : records_) {
      record.roof_before = before;
      record.roof_after = after;
    }
  }

  const SpeedRecord& record(const std::string& precision) const { return records_.at(precision); }

 private:
  std::uint64_t seed() const { return static_cast<std::uint64_t>(job_.options.seed); }

  std::optional<RoofRecord> roof() const {
    if (!device_.is_cuda() || !job_.options.roof) return std::nullopt;
    return measure_roof(device_);
  }

  SpeedRecord first_look(TimedNetwork& network) const {
    SpeedRecord record;
    record.setup = {job_.data.height,
                    job_.data.width,
                    job_.options.seed,
                    std::string(to_string(job_.options.layout)),
                    job_.options.cudnn_benchmark,
                    job_.options.pinned && device_.is_cuda()};
    record.image = image_cost(network, images_.front());
    const auto& [elements, non_finite] =
        std::pair(record.image.logits_elements, record.image.logits_non_finite);
    if (non_finite == 0) return record;
    throw Error(ErrorCode::kInvalidData, job_.row.id,
                fmt::format("expected finite logits of drawn weights in {}, got {} of {} that are "
                            "not",
                            network.precision(), non_finite, elements));
  }

  bool is_wanted(const std::string& precision) const {
    return std::ranges::any_of(job_.results,
                               [&](const WantedResult& one) { return one.precision == precision; });
  }

  void time_by_source() {
    const auto own = facts(job_.row.policy()).precision;
    for (const auto& network : networks_) {
      if (!is_wanted(network->precision())) continue;
      SourceProtocolOptions options;
      options.images = job_.options.images;
      options.limit_seconds = network->precision() == own ? job_.options.source_seconds
                                                          : job_.options.reference_seconds;
      options.monitor = monitor_.get();
      options.progress = [&](std::int64_t done) {
        if (done % kProgressEvery != 0) return;
        send_progress("speed " + network->precision(), done, options.images);
      };
      records_.at(network->precision()).source = run_source_protocol(*network, images_, options);
    }
  }

  void time_by_own() {
    OwnProtocolOptions options;
    options.seconds = job_.options.seconds;
    options.warmup_seconds = device_.is_cuda() ? kWarmupSecondsOnCuda : 0.0;
    options.cudnn_benchmark = job_.options.cudnn_benchmark;
    options.monitor = monitor_.get();
    options.progress = [](double done, double total) {
      send_progress("speed, in turn, seconds", static_cast<std::int64_t>(done),
                    static_cast<std::int64_t>(total));
    };
    auto records = run_own_protocol(networks_, images_, options);
    for (std::size_t i = 0; i < networks_.size(); ++i) {
      records_.at(networks_[i]->precision()).own = std::move(records[i]);
    }
  }

  void look_at_kernels(TimedNetwork& network) {
    if (!device_.is_cuda() || !is_wanted(network.precision())) return;
    records_.at(network.precision()).kernels =
        take_kernel_census(device_, [&] { network.seconds_of(images_.front()); });
  }

  const SpeedJob& job_;
  torch::Device device_;
  CudnnSwitches switches_;
  std::vector<torch::Tensor> images_;
  Networks networks_;
  std::unique_ptr<GpuMonitor> monitor_;
  std::map<std::string, SpeedRecord> records_;  ///< By precision.
};

void write_result(const SpeedJob& job, const RunResult& result) {
  write_json_file(job.out / run_result_name(result.stage, result.precision), to_json(result));
  send_event({{"event", "result"}, {"stage", result.stage}, {"precision", result.precision}});
}

}  // namespace

SpeedJob speed_job_from_json(const Json& value) {
  ObjectReader reader(value, "worker job", "");
  SpeedJob job;
  read_row_job(reader, job);
  job.results = wanted_results(reader.required("results"));
  for (const auto& one : job.results) {
    if (one.stage != "speed") {
      reader.fail("results", fmt::format("expected the stage speed, got {}", one.stage));
    }
  }
  if (const Json* options = reader.optional("speed")) job.options = options_from_json(*options);
  reader.finish();
  return job;
}

void speed_job(const SpeedJob& job) {
  const torch::InferenceMode no_gradients;
  prepare_process(job);
  const std::string started = utc_now();
  const auto start = Clock::now();
  SpeedSession session(job);
  session.measure();
  for (const auto& one : job.results) {
    RunResult result = new_result(job, "speed", one.precision, one.key);
    result.started = started;
    result.elapsed_s = std::chrono::duration<double>(Clock::now() - start).count();
    result.measurements = record_to_json(session.record(one.precision));
    write_result(job, result);
  }
}

}  // namespace harness
