#include "harness/openmmlab/training_log.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/content_kind.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/unicode.h"
#include "harness/openmmlab/log_iterations.h"
#include "harness/openmmlab/log_line.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

class LogReader {
 public:
  LogReader(std::string_view text, std::string_view subject) : subject_(subject), text_(text) {}

  TrainingLog read() {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
    if (is_indented_json(text_)) {
      throw Error(ErrorCode::kInvalidFile, subject_,
                  "expected one JSON object a line, got JSON that is indented over several lines; "
                  "`jq -c '.[]?'` (of a list) or `jq -c .` writes it as a log has it");
    }
    while (!text_.empty()) {
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      ++line_;
      const std::string_view line = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      add_line(line);
    }
    if (log_.train.empty() && log_.validation.empty()) fail_without_entries();
    if (unsaid_remarks_ > 0) {
      log_.remarks.push_back({first_unsaid_, fmt::format("{} remarks more, on this line and later "
                                                         "ones, are not listed",
                                                         unsaid_remarks_)});
    }
    set_scale();
    remark_environment();
    remark_losses();
    place_iterations(log_, train_lines_before_, subject_);
    std::ranges::stable_sort(log_.remarks, {}, &TrainingLog::Remark::line);
    return std::move(log_);
  }

 private:
  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_,
                fmt::format("line {}: {}", line_, for_message(detail)));
  }

  [[noreturn]] void fail_without_entries() const {
    std::string detail =
        "expected lines with the mode \"train\" or \"val\", or with a step, got none";
    // A remark on a line that was left out says it better.
    const auto left_out = std::ranges::find_if(log_.remarks, [](const TrainingLog::Remark& remark) {
      return remark.text.find("expected") != std::string::npos;
    });
    if (left_out != log_.remarks.end()) {
      detail = fmt::format("line {}: {}", left_out->line, left_out->text);
    }
    throw Error(ErrorCode::kInvalidFile, subject_, detail);
  }

  /// Lists the first remarks and counts the others: a file may earn one with every line.
  void remark(const std::string& text) {
    if (log_.remarks.size() < kMostRemarks) {
      log_.remarks.push_back({line_, for_message(text)});
    } else if (unsaid_remarks_++ == 0) {
      first_unsaid_ = line_;
    }
  }

  void add_line(std::string_view line) {
    // A file system that lost its machine leaves zero bytes where the last writes were to be.
    const std::size_t end = line.find_last_not_of('\0') + 1;
    const bool has_lost_bytes = text_.empty() && end < line.size();
    if (has_lost_bytes) {
      remark(fmt::format("the file ends in {} zero bytes: the machine stopped while it was written",
                         line.size() - end));
      line = line.substr(0, end);
    }
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    if (is_cut_off(line)) {
      remark("expected a whole JSON object, the line is cut off: it is left out");
      return;
    }
    for (const std::string_view object : objects_of(line)) add_object(object);
  }

  /// The objects of a line: two where a process ended before its line break.
  std::vector<std::string_view> objects_of(std::string_view line) {
    const std::size_t seam = line.find("}{");
    if (seam == std::string_view::npos) return {line};
    const std::vector<std::string_view> parts = {line.substr(0, seam + 1), line.substr(seam + 1)};
    for (const std::string_view part : parts) {
      if (!parse(part, nullptr)) return {line};
    }
    remark("two objects in one line: both are read");
    return parts;
  }

  void add_object(std::string_view line) {
    std::string why;
    std::optional<Json> values = parse(line, &why);
    if (values) return add_values(std::move(*values));
    if (++broken_lines_ > kMostBrokenLines) fail(why);
    remark(fmt::format("{}: the line is left out", why));
  }

  /// Nothing for what is no JSON object; why: gets what it is instead.
  std::optional<Json> parse(std::string_view line, std::string* why) const {
    std::string detail;
    try {
      Json values = parse_log_line(line, subject_);
      if (values.is_object()) return values;
      detail = fmt::format("expected an object, got {}", describe_type(values));
    } catch (const Error& failure) {
      detail = failure.detail();
    }
    if (why != nullptr) *why = std::move(detail);
    return std::nullopt;
  }

  void add_values(Json values) {
    const auto kind = kind_of_log_line(values);
    if (!kind) {
      remark(fmt::format("mode: expected \"train\" or \"val\", got {}: the line is left out",
                         values["mode"].dump()));
      return;
    }
    check_form(*kind, values);
    if (kind->environment) add_environment(std::move(values));
    const char* counter = kind->of_mmengine ? "step" : "iter";
    if (kind->validation) add_validation(counter, values);
    if (kind->validation_loss) add_entry(log_.validation_losses, counter, values);
    if (kind->training) add_entry(log_.train, counter, std::move(values));
  }

  /// A file is of one of the two programs.
  void check_form(const LogLineKind& kind, const Json& values) {
    const bool is_mmcv = kind.environment || values.contains("mode");
    if (of_mmengine_ && is_mmcv) {
      fail("expected a step as in the lines before, got a line of mmcv's form");
    }
    if (kind.of_mmengine && of_mmcv_) fail("expected a mode as in the lines before, got a step");
    of_mmengine_ = of_mmengine_ || kind.of_mmengine;
    of_mmcv_ = of_mmcv_ || is_mmcv;
  }

  void add_validation(const char* counter, Json values) {
    check_mean_iou(values);
    const std::size_t before = log_.validation.size();
    if (!values.contains(counter)) {
      // It came after what was trained before it.
      const std::int64_t trained = log_.train.empty() ? 0 : log_.train.back().iteration;
      log_.validation.push_back({line_, trained, std::move(values)});
    } else {
      add_entry(log_.validation, counter, std::move(values));
    }
    if (log_.validation.size() == before) return;
    train_lines_before_.push_back(log_.train.size());
    place_after_training(log_.validation.back());
  }

  /// mmengine until 0.3 gives every validation of an iteration-based run the step 0.
  void place_after_training(TrainingLog::Entry& validation) {
    if (!of_mmengine_ || validation.iteration != 0 || log_.train.empty()) return;
    validation.iteration = log_.train.back().iteration;
    if (has_placed_) return;
    has_placed_ = true;
    remark(
        "a validation after training has the step 0: such lines are taken to be of the training "
        "line before them");
  }

  /// A resumed run writes such a line again; the first one says how the training began.
  void add_environment(Json values) {
    const bool known = values.contains("exp_name") || values.contains("env_info") ||
                       values.contains("seed") || values.contains("config");
    if (!known && line_ > 1) {
      remark(
          "expected a mode, a step, exp_name, env_info, seed or config, got none of them: the line "
          "is left out");
      return;
    }
    if (!log_.environment_lines.empty()) remark("the log begins again: a restart, or another run");
    log_.environment_lines.push_back(line_);
    if (log_.environment.empty()) log_.environment = std::move(values);
  }

  /// Adds a line, or remarks that its counter is none.
  void add_entry(std::vector<TrainingLog::Entry>& entries, const std::string& counter,
                 Json values) {
    const auto iteration = values.find(counter);
    if (iteration == values.end() || !iteration->is_number_integer()) {
      remark(fmt::format("{}: expected an integer, got {}", counter,
                         iteration == values.end() ? "nothing" : describe_type(*iteration)));
      return;
    }
    const auto number = iteration->get<std::int64_t>();
    // mmengine's step of a validation before any training is 0.
    const std::int64_t least = counter == "step" && &entries == &log_.validation ? 0 : 1;
    if (number < least) {
      remark(fmt::format("{}: expected {} or more, got {}", counter, least, number));
      return;
    }
    entries.push_back({.line = line_, .iteration = number, .values = std::move(values)});
  }

  /// A mIoU that is none becomes null: the line is one without it.
  void check_mean_iou(Json& values) {
    const std::string key = mean_iou_key(values);
    if (key.empty()) {
      remark_other_means(values);
      return;
    }
    Json& miou = values[key];
    if (miou.is_null()) {
      remark("mIoU is not finite");
    } else if (!miou.is_number() || miou.get<double>() < 0.0 || miou.get<double>() > 100.0) {
      remark(fmt::format("mIoU: expected a fraction or a percentage, got {}", miou.dump()));
      miou = nullptr;
    }
  }

  /// Once for all lines with the same keys.
  void remark_other_means(const Json& values) {
    std::string keys;
    bool has_several = false;
    for (const std::string& key : other_mean_iou_keys(values)) {
      keys += (keys.empty() ? "" : ", ") + key;
      has_several = has_several || is_mean_iou(key);
    }
    if (keys.empty() || !other_means_.insert(keys).second) return;
    remark(has_several ? fmt::format("mIoU of several data sets ({}): none of them is taken", keys)
                       : fmt::format("{}: not the mIoU of the network that was trained, and there "
                                     "is no other: it is not taken",
                                     keys));
  }

  void set_scale() {
    std::vector<const Json*> lines;
    for (const TrainingLog::Entry& entry : log_.validation) lines.push_back(&entry.values);
    ScaleOfLog found = scale_of_log(lines, of_mmengine_);
    log_.scale = found.scale;
    if (found.reason.empty()) return;
    log_.remarks.push_back({log_.validation.at(found.line).line, std::move(found.reason)});
  }

  void remark_environment() {
    if (of_mmengine_ || !log_.environment_lines.empty()) return;
    log_.remarks.push_back(
        {1, "the line with environment, seed and config that a log begins with is missing"});
  }

  /// Python writes NaN and infinity; the reader makes null of them.
  static bool has_lost_loss(const Json& values) {
    for (const auto& [key, value] : values.items()) {
      if (value.is_null() && key.find("loss") != std::string::npos) return true;
    }
    return false;
  }

  void remark_losses() {
    std::int64_t first = 0;
    std::size_t count = 0;
    for (const TrainingLog::Entry& entry : log_.train) {
      if (!has_lost_loss(entry.values)) continue;
      if (count++ == 0) first = entry.line;
    }
    if (count == 0) return;
    log_.remarks.push_back(
        {first, count == 1
                    ? std::string("the loss is not finite")
                    : fmt::format("the loss is not finite, here and in {} lines more", count - 1)});
  }

  /// What has more is no log with odd lines but another file.
  static constexpr std::size_t kMostBrokenLines = 100;
  static constexpr std::size_t kMostRemarks = 100;

  std::string subject_;
  std::set<std::string> other_means_;
  std::size_t broken_lines_ = 0;
  std::size_t unsaid_remarks_ = 0;
  std::int64_t first_unsaid_ = 0;
  std::string_view text_;  ///< What is left of it.
  std::int64_t line_ = 0;
  bool of_mmengine_ = false;
  bool of_mmcv_ = false;
  bool has_placed_ = false;  ///< Whether the remark on steps of 0 was made.
  TrainingLog log_;
  std::vector<std::size_t> train_lines_before_;  ///< For each validation line.
};

constexpr std::string_view kTextLog =
    "expected one JSON object a line, got a text log for people; ";

/// The JSON logs that mmcv and mmengine write beside a text log.
std::vector<fs::path> json_logs_beside(const fs::path& path) {
  const std::string stem = path.stem().string();
  const fs::path folder = path.parent_path();
  return {folder / (stem + ".log.json"), folder / (stem + ".json"),
          folder / "vis_data" / (stem + ".json"), folder / "vis_data" / "scalars.json"};
}

/// No JSON begins with a word, and no line of a log is without an object.
bool has_words_only(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos &&
         std::isalpha(static_cast<unsigned char>(text[first])) != 0 &&
         text.find('{') == std::string_view::npos;
}

[[noreturn]] void fail_text_log(const fs::path& path) {
  auto beside = json_logs_beside(path);
  std::erase(beside, path);
  const auto found = std::find_if(beside.begin(), beside.end(),
                                  [](const fs::path& file) { return fs::exists(file); });
  const std::string advice =
      found == beside.end()
          ? path.extension() == ".json"
                ? std::string("it bears the name of the JSON log that was written beside it")
                : fmt::format(
                      "its numbers as data are in {}, which belongs beside it and is not there",
                      beside.front().filename().string())
          : fmt::format("its numbers as data are in {}, which lies beside it: take that",
                        found->lexically_relative(path.parent_path()).string());
  throw Error(ErrorCode::kInvalidFile, path.string(), fmt::format("{}{}", kTextLog, advice));
}

}  // namespace

std::optional<double> TrainingLog::miou(const Entry& line) const {
  const auto found = line.values.find(mean_iou_key(line.values));
  if (found == line.values.end() || !found->is_number() || scale == LogScale::kUnknown) {
    return std::nullopt;
  }
  return (scale == LogScale::kPercent ? 1.0 : 100.0) * found->get<double>();
}

const TrainingLog::Entry* TrainingLog::last_miou_line() const {
  const auto found = std::find_if(validation.rbegin(), validation.rend(), [](const Entry& entry) {
    return !mean_iou_key(entry.values).empty();
  });
  return found == validation.rend() ? nullptr : &*found;
}

double TrainingLog::last_miou() const {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const Entry* last = last_miou_line();
  return last == nullptr ? kNone : miou(*last).value_or(kNone);
}

TrainingLog read_training_log(const fs::path& path) {
  const std::string text = read_file(path);
  refuse_utf16(text, path.string());
  if (is_text_log(text)) fail_text_log(path);
  if (has_words_only(text)) {
    throw Error(ErrorCode::kInvalidFile, path.string(),
                fmt::format("expected one JSON object a line, got {}", content_of(path).text));
  }
  return parse_training_log(text, path.string());
}

TrainingLog parse_training_log(std::string_view text, std::string_view subject) {
  if (is_text_log(text)) {
    throw Error(ErrorCode::kInvalidFile, subject,
                fmt::format("{}the JSON log beside it ends in .log.json or .json", kTextLog));
  }
  return LogReader(text, subject).read();
}

}  // namespace harness
