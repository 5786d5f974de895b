#include "harness/cli/published_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "harness/base/content_kind.h"
#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/openmmlab/training_log.h"

namespace harness {
namespace {

/// What Python would run on loading it is said by those who look into the file.
std::string not_a_checkpoint(const std::filesystem::path& file) {
  try {
    Checkpoint::open(file, OnCode::kRecord);
    return "";
  } catch (const Error& error) {
    return fmt::format("it is no checkpoint: {}", error.detail());
  }
}

std::string not_a_log(const std::filesystem::path& file) {
  try {
    const TrainingLog log = read_training_log(file);
    if (!log.train.empty() || !log.validation.empty()) return "";
    return "it is no training log: it has neither training nor validation lines";
  } catch (const Error& error) {
    return fmt::format("it is no training log: {}", error.detail());
  }
}

std::string not_a_text(const std::filesystem::path& file) {
  const Content content = content_of(file);
  const bool is_text = content.kind == ContentKind::kText || content.kind == ContentKind::kLinkText;
  return is_text ? "" : fmt::format("it is {}", content.text);
}

/// mmcv writes text, others lines of JSON under the same name.
std::string not_a_text_log(const std::filesystem::path& file) {
  return content_of(file).kind == ContentKind::kJson ? not_a_log(file) : not_a_text(file);
}

bool is_one_of(std::string_view extension, std::initializer_list<std::string_view> known) {
  return std::ranges::find(known, extension) != known.end();
}

}  // namespace

std::string wrong_content(const std::filesystem::path& file, const std::string& name) {
  const std::string extension = lower_case(std::filesystem::path(name).extension().string());
  if (is_one_of(extension, {".pth", ".pt", ".ckpt"})) return not_a_checkpoint(file);
  if (extension == ".json") return not_a_log(file);
  if (is_one_of(extension, {".log", ".txt"})) return not_a_text_log(file);
  if (is_one_of(extension, {".md", ".yml", ".yaml", ".py"})) return not_a_text(file);
  return "";
}

}  // namespace harness
