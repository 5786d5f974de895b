// Compares the evaluation of an image of the table's size with the plain way, side by side.
//
// Plain: LibTorch's layers one by one, its own allocator, logits resized to the input's size and
// once more to the image's, softmax, argmax: what MMSegmentation does, written with LibTorch.
// Ours: what a worker does, in FP32 and in FP16. Weights and images are drawn, so that no files are
// needed beside the suite. Each way runs in a process of its own, started as `halfproof` starts a
// worker; they compute in turn, an image each, so that what else the machine does concerns all
// alike. Memory is the most that was resident in the process (VmHWM).
//
//   full_size_bench [--models fcn,pspnet,deeplabv3,deeplabv3plus] [--size 1024x2048] [--images 3]
//                   [--busy]
//
// --busy: another process computes on one core meanwhile. Exits with 1 where FP32 is not 1.7 times
// as fast as the plain way, where FP16 takes more than 1.25 times as long as FP32, where either
// needs more than 1.3 times the plain way's memory, and where a label map differs.

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "harness/base/statistics/median.h"
#include "harness/base/system/passive_waiting.h"
#include "harness/evaluate/segment.h"
#include "harness/evaluate/segmenter.h"
#include "harness/network/drawn_model.h"
#include "harness/network/model_builder.h"
#include "harness/table/suite.h"
#include "harness/worker/row_job.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSlowestPlain = 1.7, kSlowestHalf = 1.25, kMostMemory = 1.3;

struct Options {
  std::vector<std::string> models = {"fcn"};
  ImageSize size = {1024, 2048};
  int images = 2;
  bool busy = false;
};

ModelSpec spec_of(const std::string& model) {
  for (const auto& row : read_suite("suites/mmseg_fp16.json").rows) {
    if (row.id.starts_with(model + "_")) return resolve_model(row, Json());
  }
  throw std::invalid_argument("no row of this model: " + model);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

struct Usage {
  double wall = 0.0;
  double user = 0.0;
  double system = 0.0;
  double faults = 0.0;

  static Usage now() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const std::chrono::duration<double> wall = Clock::now().time_since_epoch();
    return {wall.count(), seconds(usage.ru_utime), seconds(usage.ru_stime),
            static_cast<double>(usage.ru_minflt)};
  }
};

/// Megabytes that were resident at most, as the system counts them for this process.
double most_resident() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0.0;
}

/// The process of one way: for each line of its standard input, one image; a line of JSON for each.
int serve(const std::string& way, const std::string& model_name, const ImageSize& size) {
  const torch::InferenceMode no_gradients;
  const bool plain = way == "plain";
  if (!plain) {
    RowJob job;
    job.device = "cpu";
    prepare_process(job);
  }
  const ModelSpec spec = spec_of(model_name);
  const auto policy = policy_of_precision(plain ? "fp32" : way);
  auto model = build_model(spec, drawn_weights(spec, 0), policy, torch::kCPU);
  const auto image = drawn_images(1, size.height, size.width, 1).front();
  const bool corners = spec.decode_head.align_corners;
  const Segmenter segmenter(corners);
  for (std::string line; std::getline(std::cin, line);) {
    const Usage before = Usage::now();
    const auto logits = run_model(model, policy, image);
    const LabelMap map = plain ? segment_plainly(logits, size, size, corners)
                               : segmenter.segment(logits, size, size);
    const Usage after = Usage::now();
    Sha256 digest;
    digest.update(std::as_bytes(std::span(map.classes)));
    send_event({{"wall", after.wall - before.wall},
                {"user", after.user - before.user},
                {"system", after.system - before.system},
                {"faults", after.faults - before.faults},
                {"memory", most_resident()},
                {"labels", digest.hex_digest()}});
  }
  return 0;
}

/// One way's process.
class Way {
 public:
  Way(std::string name, const std::string& model, const ImageSize& size) : name_(std::move(name)) {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("cannot make a pipe");
    }
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(to[0], STDIN_FILENO);
      ::dup2(from[1], STDOUT_FILENO);
      if (name_ != "plain") {
        for (const auto& [variable, value] : passive_waiting()) {
          ::setenv(variable.c_str(), value.c_str(), /*overwrite=*/1);
        }
      }
      const auto lengths = fmt::format("{}x{}", size.height, size.width);
      ::execl("/proc/self/exe", "full_size_bench", "--serve", name_.c_str(), model.c_str(),
              lengths.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(to[0]);
    ::close(from[1]);
    ask_ = ::fdopen(to[1], "w");
    answer_ = ::fdopen(from[0], "r");
  }
  ~Way() {
    std::fclose(ask_);
    std::fclose(answer_);
    ::waitpid(child_, nullptr, 0);
  }
  Way(const Way&) = delete;
  Way& operator=(const Way&) = delete;

  const std::string& name() const { return name_; }

  void compute(bool warmup) {
    std::fputs("\n", ask_);
    std::fflush(ask_);
    char* line = nullptr;
    std::size_t length = 0;
    const bool answered = ::getline(&line, &length, answer_) > 0;
    const std::string text = answered ? line : "";
    std::free(line);
    if (!answered) throw std::runtime_error(name_ + " ended");
    last_ = parse_json(text, name_);
    if (!warmup) answers_.push_back(last_);
  }

  /// The median of all images.
  double median_of(const char* key) const {
    std::vector<double> values;
    for (const auto& answer : answers_) values.push_back(answer.at(key).get<double>());
    return median(values);
  }
  double cpu() const { return median_of("user") + median_of("system"); }
  double memory() const { return last_.at("memory").get<double>(); }
  std::string labels() const { return last_.at("labels").get<std::string>(); }

 private:
  std::string name_;
  pid_t child_ = -1;
  std::FILE* ask_ = nullptr;
  std::FILE* answer_ = nullptr;
  Json last_;
  std::vector<Json> answers_;
};

void print(const Way& way) {
  std::printf("  %-6s %7.2f s wall, %7.2f s user, %6.2f s system, %9.0f page faults, %6.0f MiB\n",
              way.name().c_str(), way.median_of("wall"), way.median_of("user"),
              way.median_of("system"), way.median_of("faults"), way.memory());
}

/// A process that computes on the last core until it is ended.
class BusyCore {
 public:
  BusyCore() : child_(::fork()) {
    if (child_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(static_cast<std::size_t>(::sysconf(_SC_NPROCESSORS_ONLN) - 1), &cores);
    ::sched_setaffinity(0, sizeof cores, &cores);
    std::atomic<std::uint64_t> turns = 0;
    for (;;) ++turns;
  }
  ~BusyCore() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  BusyCore(const BusyCore&) = delete;
  BusyCore& operator=(const BusyCore&) = delete;

 private:
  pid_t child_;
};

bool is_within(const char* what, double ratio, double bound, bool at_least, double by_cpu) {
  const bool good = at_least ? ratio >= bound : ratio <= bound;
  std::printf("  %s: %.2f (%s %.2f wanted%s)%s\n", what, ratio, at_least ? "at least" : "at most",
              bound, by_cpu > 0 ? fmt::format("; by CPU seconds {:.2f}", by_cpu).c_str() : "",
              good ? "" : " MISSED");
  return good;
}

bool compare(const std::string& model, const Options& options) {
  Way plain("plain", model, options.size);
  Way fp32("fp32", model, options.size);
  Way fp16("fp16", model, options.size);
  for (int image = 0; image <= options.images; ++image) {
    for (auto* way : {&plain, &fp32, &fp16}) way->compute(/*warmup=*/image == 0);
  }
  std::printf("%s, %ldx%ld\n", model.c_str(), static_cast<long>(options.size.height),
              static_cast<long>(options.size.width));
  for (const auto* way : {&plain, &fp32, &fp16}) print(*way);
  const auto ratio = [](const Way& one, const Way& other) {
    return std::pair(one.median_of("wall") / other.median_of("wall"), one.cpu() / other.cpu());
  };
  const auto [faster, faster_cpu] = ratio(plain, fp32);
  const auto [half, half_cpu] = ratio(fp16, fp32);
  bool good = is_within("FP32 as fast as plain", faster, kSlowestPlain, true, faster_cpu);
  good = is_within("FP16's time by FP32's", half, kSlowestHalf, false, half_cpu) && good;
  for (const auto* way : {&fp32, &fp16}) {
    const auto what = way->name() + "'s memory by plain's";
    good = is_within(what.c_str(), way->memory() / plain.memory(), kMostMemory, false, 0) && good;
  }
  const bool same = plain.labels() == fp32.labels();
  std::printf("  label maps of plain and FP32 %s\n", same ? "are identical" : "DIFFER");
  std::fflush(stdout);
  return same && good;
}

ImageSize size_of(const std::string& text) {
  const auto cross = text.find('x');
  return {std::stol(text.substr(0, cross)), std::stol(text.substr(cross + 1))};
}

Options options_of(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto value = [&] { return arguments.at(++i); };
    if (arguments[i] == "--models") {
      options.models.clear();
      std::istringstream names(value());
      for (std::string name; std::getline(names, name, ',');) options.models.push_back(name);
    } else if (arguments[i] == "--size") {
      options.size = size_of(value());
    } else if (arguments[i] == "--images") {
      options.images = std::stoi(value());
    } else if (arguments[i] == "--busy") {
      options.busy = true;
    } else {
      throw std::invalid_argument("unknown option " + arguments[i]);
    }
  }
  return options;
}

int run(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] == "--serve") {
    return serve(arguments.at(1), arguments.at(2), size_of(arguments.at(3)));
  }
  const Options options = options_of(arguments);
  std::unique_ptr<BusyCore> busy;
  if (options.busy) busy = std::make_unique<BusyCore>();
  bool good = true;
  for (const auto& model : options.models) good = compare(model, options) && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace harness

int main(int argc, char** argv) {
  try {
    return harness::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "full_size_bench: %s\n", error.what());
    return 2;
  }
}
