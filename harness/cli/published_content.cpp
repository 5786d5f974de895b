#include "harness/cli/published_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>

#include "harness/base/content_kind.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/text.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/cli/other_weights.h"
#include "harness/cli/published_text.h"
#include "harness/openmmlab/python_config.h"
#include "harness/openmmlab/training_log.h"
#include "harness/table/import/import.h"
#include "harness/table/import/metafile_rows.h"
#include "harness/table/import/table_rows.h"

namespace harness {
namespace {

struct NamedRole {
  std::string_view name;
  FileRole role;
};

constexpr NamedRole kRoles[] = {{"checkpoint", FileRole::kCheckpoint},
                                {"log", FileRole::kLog},
                                {"table", FileRole::kTable},
                                {"config", FileRole::kConfig}};

/// A line of the key that every metafile has.
bool has_models(std::string_view text) {
  return text.starts_with("Models:") || text.find("\nModels:") != std::string_view::npos;
}

/// What Python would run on loading it is said by those who look into the file.
std::string not_a_checkpoint(const std::filesystem::path& file, const std::string& name) {
  try {
    Checkpoint::open(file, OnCode::kRecord);
    return "";
  } catch (const Error& error) {
    if (has_other_weights(file, name)) return "";
    return fmt::format("it is no checkpoint: {}", error.detail());
  }
}

std::string not_a_json_log(const std::filesystem::path& file) {
  try {
    const TrainingLog log = read_training_log(file);
    if (!log.train.empty() || !log.validation.empty()) return "";
    return "it is no training log: it has neither training nor validation lines";
  } catch (const Error& error) {
    return fmt::format("it is no training log: {}", error.detail());
  }
}

/// mmcv writes text, others lines of JSON under the same name.
std::string not_a_log(const std::filesystem::path& file) {
  if (content_of(file).kind == ContentKind::kJson) return not_a_json_log(file);
  return not_a_text_of(TextForm::kLog, file);
}

/// TensorFlow and others have such files too, in forms that nobody here knows.
std::string not_binary(const std::filesystem::path& file, const std::string& name) {
  const Content content = content_of(file);
  if (content.kind == ContentKind::kUnknown) return "";
  return not_a_checkpoint(file, name);
}

std::string not_a_known_file(const std::filesystem::path& file) {
  const std::string no_checkpoint = not_a_checkpoint(file, "");
  const Content content = content_of(file);
  if (no_checkpoint.empty() || content.kind == ContentKind::kOtherFormat) return "";
  if (content.kind == ContentKind::kJson) return not_a_json_log(file);
  if (content.kind == ContentKind::kText) return not_a_text_of(TextForm::kSeveralLines, file);
  return no_checkpoint;
}

/// A name without the ending of either may be of either form.
std::string not_a_table(const std::filesystem::path& file, const std::string& name) {
  const bool is_metafile = name.ends_with(".yml") || name.ends_with(".yaml");
  try {
    const std::string text = read_file(file, kMaxPageBytes);
    refuse_utf16(text, name);
    const PublishedPage page{name, ""};
    const PublishedRows read = is_metafile || (!name.ends_with(".md") && has_models(text))
                                   ? rows_of_metafile(text, page)
                                   : rows_of_page(text, page);
    return read.rows.empty() ? "it is no table: it has no row" : "";
  } catch (const Error& error) {
    return fmt::format("it is no table: {}", error.detail());
  }
}

std::string not_a_config(const std::filesystem::path& file, const std::string& name) {
  try {
    const Json config = parse_python_config(read_file(file, kMaxPageBytes), name);
    return config.empty() ? "it is no config: it sets nothing" : "";
  } catch (const Error& error) {
    return fmt::format("it is no config: {}", error.detail());
  }
}

bool is_one_of(std::string_view extension, std::initializer_list<std::string_view> known) {
  return std::ranges::find(known, extension) != known.end();
}

/// ".tar" of "fcn.pth.tar" is no ending of its own, nor is ".0" of "v1.0".
std::string ending_of(const std::string& name) {
  std::filesystem::path path(lower_case(name));
  std::string ending = path.extension().string();
  const std::string before = path.stem().extension().string();
  if (ending == ".tar" && is_one_of(before, {".pth", ".pt", ".ckpt"})) return before;
  const bool has_letter =
      std::ranges::any_of(ending, [](unsigned char c) { return std::isalpha(c) != 0; });
  return has_letter ? ending : "";
}

std::string wrong_by_name(const std::filesystem::path& file, const std::string& name) {
  const std::string ending = ending_of(name);
  if (ending.empty()) return not_a_known_file(file);
  if (is_one_of(ending, {".pth", ".pt", ".ckpt", ".safetensors", ".pkl"})) {
    return not_a_checkpoint(file, name);
  }
  if (ending == ".bin") return not_binary(file, name);
  if (ending == ".json") return not_a_json_log(file);
  if (ending == ".log") return not_a_log(file);
  if (ending == ".txt") return not_a_text_of(TextForm::kAny, file);
  if (ending == ".md") return not_a_text_of(TextForm::kMarkdown, file);
  if (is_one_of(ending, {".yml", ".yaml"})) return not_a_text_of(TextForm::kYaml, file);
  if (ending == ".py") return not_a_text_of(TextForm::kPython, file);
  return "";
}

}  // namespace

std::vector<std::string> role_names() {
  std::vector<std::string> names;
  for (const auto& [name, role] : kRoles) names.emplace_back(name);
  return names;
}

FileRole role_of(std::string_view name) {
  const auto found = std::ranges::find(kRoles, name, &NamedRole::name);
  return found == std::end(kRoles) ? FileRole::kByName : found->role;
}

std::string wrong_content(FileRole role, const std::filesystem::path& file,
                          const std::string& name) {
  if (role == FileRole::kCheckpoint) return not_a_checkpoint(file, name);
  if (role == FileRole::kLog) return not_a_log(file);
  if (role == FileRole::kTable) return not_a_table(file, lower_case(name));
  if (role == FileRole::kConfig) return not_a_config(file, name);
  return wrong_by_name(file, name);
}

StoreOptions asked_as(FileRole role, StoreOptions store) {
  store.wrong_content = [role](const std::filesystem::path& file, const std::string& name) {
    return wrong_content(role, file, name);
  };
  return store;
}

}  // namespace harness
