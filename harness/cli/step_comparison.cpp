#include "harness/cli/step_comparison.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "harness/base/error.h"
#include "harness/base/number_text.h"

namespace harness {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 24U;

/// A record, a line at a time: a training of 80,000 steps is not held in memory.
class StepReader {
 public:
  explicit StepReader(const std::filesystem::path& path) : path_(path), stream_(path) {
    if (!stream_) {
      throw Error(ErrorCode::kIo, path.string(),
                  std::string("expected the steps of a training: ") + std::strerror(errno));
    }
  }

  std::optional<Json> next() {
    std::string line;
    if (!std::getline(stream_, line)) return std::nullopt;
    ++count_;
    const std::string place = path_.string() + ":" + std::to_string(count_);
    if (line.size() > kLongestLine) {
      throw Error(ErrorCode::kInvalidJson, place, "expected a line of less than 16 MiB");
    }
    Json step = parse_json(line, place);
    if (!step.is_object() || !step.contains("step") || !step.at("step").is_number_integer()) {
      throw Error(ErrorCode::kInvalidJson, place, "expected an object with the number of a step");
    }
    return step;
  }
  std::int64_t count() const { return count_; }
  void read_to_end() {
    while (next()) {
    }
  }

 private:
  std::filesystem::path path_;
  std::ifstream stream_;
  std::int64_t count_ = 0;
};

void compare_tensors(const Json& a, const Json& b, StepComparison& result) {
  for (const auto& [name, digest] : a.items()) {
    const auto other = b.find(name);
    if (other != b.end() && *other == digest) continue;
    if (result.tensors++ > 0) continue;
    result.tensor = name;
    result.a = digest;
    result.b = other == b.end() ? Json() : *other;
  }
  for (const auto& [name, digest] : b.items()) {
    if (a.contains(name)) continue;
    if (result.tensors++ == 0) {
      result.tensor = name;
      result.b = digest;
    }
  }
}

/// Whether the steps differ; the tensors are named where both have them.
bool differ(const Json& a, const Json& b, StepComparison& result) {
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key)) continue;  // A run without digests is compared by what it has.
    const Json& other = b.at(key);
    if (key == "digest" || value == other) continue;
    result.key = key;
    if (key == "tensors" && value.is_object() && other.is_object()) {
      compare_tensors(value, other, result);
    } else {
      result.a = value;
      result.b = other;
    }
    return true;
  }
  return false;
}

}  // namespace

StepComparison compare_steps(const std::filesystem::path& a, const std::filesystem::path& b) {
  StepReader left(a);
  StepReader right(b);
  StepComparison result;
  while (!result.step) {
    const auto one = left.next();
    const auto other = right.next();
    if (!one || !other) break;
    if (differ(*one, *other, result)) result.step = one->at("step").get<std::int64_t>();
    if (!result.step) ++result.compared;
  }
  left.read_to_end();
  right.read_to_end();
  result.steps_a = left.count();
  result.steps_b = right.count();
  return result;
}

std::string describe(const StepComparison& comparison) {
  if (comparison.step) {
    const std::string step = "step " + std::to_string(*comparison.step) + ": ";
    if (comparison.key != "tensors") {
      return step + comparison.key + " " + comparison.a.dump() + " against " + comparison.b.dump();
    }
    return step + plural(comparison.tensors, "tensor") + " differ, the first is " +
           comparison.tensor;
  }
  if (comparison.compared == 0) return "no step was compared";
  if (comparison.steps_a != comparison.steps_b) {
    return "equal for " + plural(comparison.compared, "step") +
           ", then one ends: " + std::to_string(comparison.steps_a) + " against " +
           std::to_string(comparison.steps_b);
  }
  return "equal in all of " + plural(comparison.compared, "step");
}

}  // namespace harness
