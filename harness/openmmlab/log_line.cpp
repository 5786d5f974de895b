#include "harness/openmmlab/log_line.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace harness {
namespace {

constexpr std::string_view kMeanIou = "mIoU";

/// "mIoU" of "val/mIoU", and of "0_mIoU" as a run on several data sets writes it.
std::string_view without_prefix(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  if (slash != std::string_view::npos) return key.substr(slash + 1);
  const std::size_t end = key.find_first_not_of("0123456789");
  const bool is_numbered = end != 0 && end != std::string_view::npos && key[end] == '_';
  return is_numbered ? key.substr(end + 1) : key;
}

bool is_metric(std::string_view key) {
  constexpr std::array<std::string_view, 9> kMetrics{
      "mIoU", "mAcc", "aAcc", "mDice", "mFscore", "mPrecision", "mRecall", "mBIoU", "IoU"};
  key = without_prefix(key);
  return std::find(kMetrics.begin(), kMetrics.end(), key) != kMetrics.end() ||
         key.starts_with("IoU.") || key.starts_with("Acc.");
}

bool has_metric(const Json& line) {
  for (const auto& [key, value] : line.items()) {
    if (is_metric(key)) return true;
  }
  return false;
}

bool has_loss(const Json& line) {
  for (const auto& [key, value] : line.items()) {
    if (key.find("loss") != std::string::npos) return true;
  }
  return false;
}

/// Depth of brackets at the end of a line, and whether a text is open there.
struct LineEnd {
  int depth = 0;
  bool quoted = false;
};

LineEnd end_of(std::string_view line) {
  LineEnd end;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (end.quoted && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      end.quoted = !end.quoted;
    } else if (!end.quoted) {
      end.depth += static_cast<int>(line[i] == '{' || line[i] == '[');
      end.depth -= static_cast<int>(line[i] == '}' || line[i] == ']');
    }
  }
  return end;
}

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

/// "2021-07-12", "2021/07/12" or the same in brackets.
bool begins_with_date(std::string_view text) {
  if (text.starts_with('[')) text.remove_prefix(1);
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() < kForm.size()) return false;
  return std::equal(kForm.begin(), kForm.end(), text.begin(), [](char form, char c) {
    return form == 'd' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == '-' || c == '/';
  });
}

}  // namespace

std::optional<LogLineKind> kind_of_log_line(const Json& line) {
  const bool metric = has_metric(line);
  const bool loss = has_loss(line);
  const auto mode = line.find("mode");
  LogLineKind kind;
  if (mode == line.end()) {
    kind.of_mmengine = line.contains("step");
    kind.validation = metric || (kind.of_mmengine && !line.contains("iter") && !loss);
    kind.training = kind.of_mmengine && (loss || !kind.validation);
    kind.environment = !kind.of_mmengine && !metric;
    return kind;
  }
  const bool trains = *mode == "train";
  if (!trains && *mode != "val") return std::nullopt;
  kind.validation_loss = !trains && loss && !metric;
  kind.validation = metric || (!trains && !loss);
  kind.training = trains && (loss || !metric);
  return kind;
}

std::string mean_key(const Json& line, std::string_view name) {
  if (line.contains(std::string(name))) return std::string(name);
  std::string only;
  for (const auto& [key, value] : line.items()) {
    if (without_prefix(key) != name) continue;
    if (!only.empty()) return "";  // Of several data sets none is the mIoU.
    only = key;
  }
  return only;
}

bool is_mean_iou(std::string_view key) {
  return without_prefix(key) == kMeanIou;
}

std::string mean_iou_key(const Json& line) {
  return mean_key(line, kMeanIou);
}

Json parse_log_line(std::string_view line, std::string_view subject) {
  return parse_json(without_bare_words(line), subject);
}

bool is_cut_off(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || line[first] != '{') return false;
  const LineEnd end = end_of(line);
  return end.quoted || end.depth > 0;
}

bool is_indented_json(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::string_view start = text.substr(first);
  if (!start.starts_with('{') && !start.starts_with('[')) return false;
  const std::size_t next = start.find_first_not_of(" \t\r", 1);
  if (next == std::string_view::npos || start[next] != '\n') return false;
  const std::size_t inner = start.find_first_not_of(kBlanks, next);
  return inner != std::string_view::npos && (start.front() == '[' || start[inner] == '"');
}

std::vector<std::string> other_mean_iou_keys(const Json& line) {
  const std::string own = mean_iou_key(line);
  std::vector<std::string> keys;
  for (const auto& [key, value] : line.items()) {
    if (key != own && key.find(kMeanIou) != std::string::npos) keys.push_back(key);
  }
  return keys;
}

bool is_text_log(std::string_view text) {
  constexpr std::size_t kLooked = 4096;
  const std::string_view start = text.substr(0, kLooked);
  if (start.find_first_not_of(" \t\r\n") == std::string_view::npos) return false;
  const std::string_view first = start.substr(start.find_first_not_of(" \t\r\n"));
  if (first.front() == '{') return false;
  if (begins_with_date(first)) return true;
  constexpr std::array<std::string_view, 6> kSigns{" - INFO - ", " - WARNING - ", "mmengine - ",
                                                   "Iter [",     "Iter(",         "Epoch ["};
  return std::any_of(kSigns.begin(), kSigns.end(), [start](std::string_view sign) {
    return start.find(sign) != std::string_view::npos;
  });
}

}  // namespace harness
