#include "harness/cli/stages/kept_training.h"

#include <cstdio>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/record/run_result.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAside = ".old-";

fs::path training_folder(const TrainingPlace& place) {
  return place.row_folder / place.name;
}

fs::path result_of(const TrainingPlace& place) {
  return place.row_folder / (place.name + ".json");
}

/// An object of keys from a file that may be missing or truncated.
Json read_if_there(const fs::path& file) {
  try {
    const Json value = fs::exists(file) ? read_json_file(file) : Json();
    return value.is_object() ? value : Json::object();
  } catch (const Error&) {
    return Json::object();
  }
}

bool has_state(const TrainingPlace& place) {
  return fs::exists(training_folder(place) / "latest.pth");
}

/// The result of a training that was finished.
std::optional<RunResult> finished(const TrainingPlace& place) {
  try {
    RunResult result = run_result_from_json(read_if_there(result_of(place)), place.name);
    if (result.status == RunStatus::kOk) return result;
  } catch (const Error&) {
    // There is none, or it was not written completely.
  }
  return std::nullopt;
}

bool holds_another(const TrainingPlace& place, const Json& kept) {
  if (has_state(place) && kept.value("key", Json()) != place.key) return true;
  const auto result = finished(place);
  return result && result->key != place.key;
}

/// A digest by its beginning, anything else as JSON.
std::string value_in(const Json& parts, const std::string& name) {
  constexpr std::size_t kDigest = 64, kBeginning = 12;
  const Json value = parts.value(name, Json());
  if (value.is_null() || value == "") return "none";
  const bool is_digest = value.is_string() && value.get_ref<const std::string&>().size() == kDigest;
  return is_digest ? value.get<std::string>().substr(0, kBeginning) : excerpt_of(value);
}

/// "program was 1f01c7a8d2b3, is 22ab90cd11ef; iterations was 100, is 200".
std::string differences(const Json& then, const Json& now) {
  if (!then.is_object()) return "what it was begun with is not recorded";
  std::vector<std::string> names;
  for (const auto& [name, value] : now.items()) names.push_back(name);
  for (const auto& [name, value] : then.items()) {
    if (!now.contains(name)) names.push_back(name);
  }
  std::string text;
  for (const auto& name : names) {
    if (then.value(name, Json()) == now.value(name, Json())) continue;
    text += fmt::format("{}{} was {}, is {}", text.empty() ? "" : "; ", name, value_in(then, name),
                        value_in(now, name));
  }
  return text.empty() ? "its parts are the same, its key is not" : text;
}

fs::path free_place(const TrainingPlace& place) {
  for (int n = 1;; ++n) {
    const fs::path aside = place.row_folder / fmt::format("{}{}{}", place.name, kAside, n);
    if (!fs::exists(aside)) return aside;
  }
}

void move_aside(const TrainingPlace& place) {
  const fs::path aside = free_place(place);
  if (fs::exists(training_folder(place))) {
    fs::rename(training_folder(place), aside);
  } else {
    fs::create_directories(aside);
  }
  if (fs::exists(result_of(place))) {
    fs::rename(result_of(place), aside / result_of(place).filename());
  }
  std::fprintf(stderr, "halfproof: moved the earlier %s to %s\n", place.name.c_str(),
               aside.c_str());
}

}  // namespace

bool holds_training(const TrainingPlace& place) {
  return has_state(place) || finished(place);
}

void keep_other_training(const TrainingPlace& place, bool restart) {
  const Json kept = read_if_there(training_folder(place) / "key.json");
  if (!holds_another(place, kept)) return;
  if (restart) return move_aside(place);
  throw Error(
      ErrorCode::kUsage, training_folder(place).string(),
      fmt::format(
          "expected a training that this command began, got another one: {}; give --restart to "
          "start over (the other one is moved to {}{}<n>), or choose another --out",
          differences(kept.value("parts", Json()), place.parts), place.name, kAside));
}

void write_training_key(const TrainingPlace& place) {
  write_json_file(training_folder(place) / "key.json",
                  {{"key", place.key}, {"parts", place.parts}});
}

bool is_moved_aside(const std::string& name) {
  return name.find(kAside) != std::string::npos;
}

}  // namespace harness
