#include "harness/cli/step_comparison.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"

namespace harness {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 24U;
constexpr const char* kDigest = "digest";  // One digest of all tensors together.
constexpr const char* kTensors = "tensors";

std::int64_t number_of(const Json& step) {
  return step.at("step").get<std::int64_t>();
}

/// Reads a record line by line: a training of 80,000 steps is not held in memory.
class StepReader {
 public:
  explicit StepReader(const std::filesystem::path& path) : path_(path), stream_(path) {
    if (!stream_) {
      throw Error(ErrorCode::kIo, path.string(),
                  fmt::format("expected the steps of a training: {}", std::strerror(errno)));
    }
  }

  std::optional<Json> next() {
    std::string line;
    if (!std::getline(stream_, line)) return std::nullopt;
    ++count_;
    const std::string place = fmt::format("{}:{}", path_.string(), count_);
    if (line.size() > kLongestLine) {
      throw Error(ErrorCode::kInvalidJson, place, "expected a line of less than 16 MiB");
    }
    Json step = parse_json(line, place);
    if (!step.is_object() || !step.contains("step") || !step.at("step").is_number_integer()) {
      throw Error(ErrorCode::kInvalidJson, place, "expected an object with the number of a step");
    }
    check_order(number_of(step), place);
    return step;
  }
  std::int64_t count() const { return count_; }

 private:
  void check_order(std::int64_t number, const std::string& place) {
    if (number <= last_) {
      throw Error(ErrorCode::kInvalidJson, place,
                  fmt::format("expected a step after {}, got step {}", last_, number));
    }
    last_ = number;
  }

  std::filesystem::path path_;
  std::ifstream stream_;
  std::int64_t count_ = 0;
  std::int64_t last_ = std::numeric_limits<std::int64_t>::min();
};

/// Compares steps of one number, and adds what it finds to the result.
class StepPairs {
 public:
  explicit StepPairs(StepComparison& result) : result_(result) {}

  void add(const Json& a, const Json& b) {
    ++result_.compared;
    const auto here = members_of(a);
    const auto there = members_of(b);
    for (const auto& [key, value] : a.items()) {
      if (!there.contains(key)) keys_a_.insert(key);
    }
    for (const auto& [key, value] : b.items()) {
      if (!here.contains(key)) keys_b_.insert(key);
    }
    // The digest comes last: the names of tensors say more.
    for (const auto& [key, value] : a.items()) {
      if (key == "step" || key == kDigest || key == kTensors || !there.contains(key)) continue;
      add_value(a, key, value, *there.at(key));
    }
    for (const char* key : {kTensors, kDigest}) {
      if (here.contains(key) && there.contains(key)) add_digests(a, key, a.at(key), b.at(key));
    }
  }

  void finish() const {
    result_.only_a.keys.assign(keys_a_.begin(), keys_a_.end());
    result_.only_b.keys.assign(keys_b_.begin(), keys_b_.end());
  }

 private:
  using Members = std::map<std::string_view, const Json*>;

  /// An ordered object searches its keys linearly, which is too slow for hundreds of tensors.
  static Members members_of(const Json& object) {
    Members members;
    for (auto member = object.begin(); member != object.end(); ++member) {
      members.emplace(member.key(), &member.value());
    }
    return members;
  }

  void add_value(const Json& step, const std::string& key, const Json& a, const Json& b) {
    if (result_.step) return;
    ++result_.values;
    if (a == b) return;
    result_.step = number_of(step);
    result_.key = key;
    result_.a = a;
    result_.b = b;
  }

  void add_digests(const Json& step, const char* key, const Json& a, const Json& b) {
    if (!a.is_object() || !b.is_object()) return add_value(step, key, a, b);
    const bool known = result_.step.has_value();
    const Members there = members_of(b);
    std::size_t common = 0;
    for (auto tensor = a.begin(); tensor != a.end(); ++tensor) {
      const auto other = there.find(tensor.key());
      if (other == there.end()) {
        keys_a_.insert(fmt::format("{}.{}", key, tensor.key()));
        continue;
      }
      ++common;
      if (!known) add_tensor(step, key, tensor.key(), tensor.value(), *other->second);
    }
    if (common < there.size()) note_tensors_of_b(key, members_of(a), there);
  }

  void add_tensor(const Json& step, const char* key, const std::string& name, const Json& a,
                  const Json& b) {
    ++result_.values;
    if (a == b || result_.tensors++ > 0) return;
    result_.step = number_of(step);
    result_.key = key;
    result_.tensor = name;
    result_.a = a;
    result_.b = b;
  }

  void note_tensors_of_b(const char* key, const Members& a, const Members& b) {
    for (const auto& [name, digest] : b) {
      if (!a.contains(name)) keys_b_.insert(fmt::format("{}.{}", key, name));
    }
  }

  StepComparison& result_;
  std::set<std::string> keys_a_;
  std::set<std::string> keys_b_;
};

void add_missing(const Json& step, OnlyInOne& side) {
  if (side.steps++ == 0) side.first_step = number_of(step);
}

/// "; only A has 3 steps (the first is 7), digest and tensors"
std::string only_words(const char* name, const OnlyInOne& side) {
  if (side.empty()) return "";
  std::vector<std::string> parts;
  if (side.steps > 0) {
    parts.push_back(
        fmt::format("{} (the first is {})", plural(side.steps, "step"), side.first_step));
  }
  if (!side.keys.empty()) parts.push_back(listing(side.keys));
  return fmt::format("; only {} has {}", name, enumeration(parts));
}

std::string common_words(const StepComparison& comparison) {
  if (comparison.step) {
    const std::string step = fmt::format("step {}: ", *comparison.step);
    if (comparison.tensors == 0) {
      return fmt::format("{}{} {} against {}", step, comparison.key, comparison.a.dump(),
                         comparison.b.dump());
    }
    return fmt::format("{}{} differ, the first is {}", step, plural(comparison.tensors, "tensor"),
                       comparison.tensor);
  }
  if (comparison.compared == 0) return "no step was compared";
  const std::string steps = plural(comparison.compared, "step");
  if (comparison.values == 0) return "nothing but numbers of steps was compared in " + steps;
  return fmt::format("equal in {}{}", comparison.equal() ? "all of " : "", steps);
}

}  // namespace

StepComparison compare_steps(const std::filesystem::path& a, const std::filesystem::path& b) {
  StepReader left(a);
  StepReader right(b);
  StepComparison result;
  StepPairs pairs(result);
  auto one = left.next();
  auto other = right.next();
  while (one || other) {
    const bool in_a = one && (!other || number_of(*one) <= number_of(*other));
    const bool in_b = other && (!one || number_of(*other) <= number_of(*one));
    if (in_a && in_b) {
      pairs.add(*one, *other);
    } else {
      add_missing(in_a ? *one : *other, in_a ? result.only_a : result.only_b);
    }
    if (in_a) one = left.next();
    if (in_b) other = right.next();
  }
  pairs.finish();
  result.steps_a = left.count();
  result.steps_b = right.count();
  return result;
}

std::string describe(const StepComparison& comparison) {
  return common_words(comparison) + only_words("A", comparison.only_a) +
         only_words("B", comparison.only_b);
}

}  // namespace harness
