#include "harness/openmmlab/training_log.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/unicode.h"
#include "harness/openmmlab/python_config.h"

namespace harness {
namespace {

constexpr std::string_view kMeanIou = "mIoU";

/// Python's json writes NaN and infinities as bare words; JSON has no such words. Text in quotes
/// stays as it is.
std::string without_bare_words(std::string_view line) {
  std::string json;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size();) {
    if (!quoted) {
      const auto at = [&](std::string_view word) { return line.substr(i, word.size()) == word; };
      const std::size_t length = at("NaN") ? 3 : at("-Infinity") ? 9 : at("Infinity") ? 8 : 0;
      if (length > 0) {
        json += "null";
        i += length;
        continue;
      }
    }
    if (quoted && line[i] == '\\' && i + 1 < line.size())
      json += line[i++];
    else if (line[i] == '"')
      quoted = !quoted;
    json += line[i++];
  }
  return json;
}

class LogReader {
 public:
  LogReader(std::string_view text, std::string_view subject) : subject_(subject), text_(text) {}

  TrainingLog read() {
    while (!text_.empty()) {
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      ++line_;
      add_line(text_.substr(0, end));
      text_.remove_prefix(std::min(end + 1, text_.size()));
    }
    if (log_.train.empty() && log_.validation.empty()) {
      throw Error(ErrorCode::kInvalidFile, subject_,
                  "expected lines with the mode \"train\" or \"val\", or with a step, got none");
    }
    place_validation();
    return std::move(log_);
  }

 private:
  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_,
                "line " + std::to_string(line_) + ": " + for_message(detail));
  }

  void add_line(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    Json values = parse(line);
    if (!values.is_object()) {
      fail("expected an object, got " + std::string(describe_type(values)));
    }
    const auto mode = values.find("mode");
    if (mode == values.end() && values.contains("step")) {
      add_step(std::move(values));
    } else if (log_.is_in_percent) {
      fail("expected a step as in the lines before, got a line of mmcv's form");
    } else if (mode == values.end()) {
      add_environment(std::move(values));
    } else if (*mode == "train") {
      add_entry(log_.train, "iter", std::move(values));
    } else if (*mode == "val") {
      add_validation("iter", std::move(values));
    } else {
      fail("mode: expected \"train\" or \"val\", got " + mode->dump());
    }
  }

  Json parse(std::string_view line) const {
    try {
      return parse_json(without_bare_words(line), subject_);
    } catch (const Error& failure) {
      fail(failure.detail());
    }
  }

  /// A line of mmengine.
  void add_step(Json values) {
    const bool is_first = log_.train.empty() && log_.validation.empty() && log_.environment.empty();
    if (!is_first && !log_.is_in_percent) {
      fail("expected a mode as in the lines before, got a step");
    }
    log_.is_in_percent = true;
    if (values.contains("iter")) {
      add_entry(log_.train, "step", std::move(values));
    } else {
      add_validation("step", std::move(values));
    }
  }

  void add_validation(const char* counter, Json values) {
    check_mean_iou(values);
    add_entry(log_.validation, counter, std::move(values));
    train_lines_before_.push_back(log_.train.size());
  }

  /// A resumed run writes such a line again; the first one says how the training began.
  void add_environment(Json values) {
    const bool known = values.contains("exp_name") || values.contains("env_info") ||
                       values.contains("seed") || values.contains("config");
    if (!known && line_ > 1) {
      fail("expected a mode, a step, exp_name, env_info, seed or config, got none of them");
    }
    log_.environment_lines.push_back(line_);
    if (log_.environment.empty()) log_.environment = std::move(values);
  }

  void add_entry(std::vector<TrainingLog::Entry>& entries, const std::string& counter,
                 Json values) const {
    const auto iteration = values.find(counter);
    if (iteration == values.end() || !iteration->is_number_integer()) {
      fail(counter + ": expected an integer, got " +
           std::string(iteration == values.end() ? "nothing" : describe_type(*iteration)));
    }
    const auto number = iteration->get<std::int64_t>();
    // mmengine's step of a validation before any training is 0.
    const std::int64_t least = counter == "step" && &entries == &log_.validation ? 0 : 1;
    if (number < least) {
      fail(counter + ": expected " + std::to_string(least) + " or more, got " +
           std::to_string(number));
    }
    entries.push_back({.line = line_, .iteration = number, .values = std::move(values)});
  }

  void check_mean_iou(const Json& values) const {
    const auto miou = values.find(std::string(kMeanIou));
    if (miou == values.end() || miou->is_null()) return;
    const double most = log_.is_in_percent ? 100.0 : 1.0;
    if (!miou->is_number() || miou->get<double>() < 0.0 || miou->get<double>() > most) {
      fail(std::string("mIoU: expected a ") +
           (log_.is_in_percent ? "percentage" : "fraction from 0 to 1") + ", got " + miou->dump());
    }
  }

  /// Iteration of the last training line before validation line `index`, 0 when there is none.
  std::int64_t trained_before(std::size_t index) const {
    const std::size_t lines = train_lines_before_[index];
    return lines == 0 ? 0 : log_.train[lines - 1].iteration;
  }

  /// Evaluation interval that the config in the first line names.
  std::optional<std::int64_t> evaluation_interval() const {
    const auto text = log_.environment.find("config");
    if (text == log_.environment.end() || !text->is_string()) return std::nullopt;
    try {
      const Json config = parse_python_config(text->get_ref<const std::string&>(), subject_);
      const Json::json_pointer place("/evaluation/interval");
      if (!config.contains(place) || !config[place].is_number_integer()) return std::nullopt;
      const auto interval = config[place].get<std::int64_t>();
      return interval > 0 ? std::optional(interval) : std::nullopt;
    } catch (const Error&) {
      return std::nullopt;  // A config that cannot be read is no fault of the log.
    }
  }

  /// mmcv until 1.1 writes the training iteration, 1.3 the length of the validation loader, which
  /// stays the same and soon is smaller than the iteration trained.
  bool counts_batches(std::optional<std::int64_t> interval) const {
    const auto& lines = log_.validation;
    for (std::size_t index = 0; index < lines.size(); ++index) {
      if (lines[index].iteration < trained_before(index)) return true;
      const bool repeats = index > 0 && lines[index].iteration == lines[index - 1].iteration;
      if (repeats && trained_before(index) > trained_before(index - 1)) return true;
    }
    return lines.size() == 1 && interval && lines[0].iteration % *interval != 0;
  }

  void place_validation() {
    const auto interval = evaluation_interval();
    if (!counts_batches(interval)) return;
    for (std::size_t index = 0; index < log_.validation.size(); ++index) {
      const std::int64_t trained = trained_before(index);
      const std::size_t next = train_lines_before_[index];
      const std::int64_t limit = next < log_.train.size()
                                     ? log_.train[next].iteration
                                     : std::numeric_limits<std::int64_t>::max();
      // Lines come every so many iterations, so that the last one may be a little older.
      const std::int64_t implied =
          interval ? (trained + *interval - 1) / *interval * *interval : trained;
      log_.validation[index].iteration = implied >= trained && implied < limit ? implied : trained;
    }
  }

  std::string subject_;
  std::string_view text_;  ///< What is left of it.
  std::int64_t line_ = 0;
  TrainingLog log_;
  std::vector<std::size_t> train_lines_before_;  ///< For each validation line.
};

}  // namespace

std::optional<double> TrainingLog::miou(const Entry& line) const {
  const auto found = line.values.find(std::string(kMeanIou));
  if (found == line.values.end() || !found->is_number()) return std::nullopt;
  return (is_in_percent ? 1.0 : 100.0) * found->get<double>();
}

double TrainingLog::last_miou() const {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return validation.empty() ? kNone : miou(validation.back()).value_or(kNone);
}

TrainingLog read_training_log(const std::filesystem::path& path) {
  return parse_training_log(read_file(path), path.string());
}

TrainingLog parse_training_log(std::string_view text, std::string_view subject) {
  return LogReader(text, subject).read();
}

}  // namespace harness
