#include "harness/report/file_page.h"

#include <algorithm>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/unicode.h"
#include "harness/judge/rules/file/origin.h"
#include "harness/report/text_layout.h"

namespace harness {
namespace {

constexpr std::size_t kNarrowest = 70;
constexpr std::size_t kNameWidth = 14;
constexpr std::size_t kIndent = 2;

/// "PyTorch: 1.5.1" out of the text that mmcv's collect_env wrote.
std::string torch_version(const Json& checkpoint) {
  const std::string environment = text_at(checkpoint, {"meta", "env_info"});
  const std::string key = "PyTorch: ";
  const auto start = environment.find(key);
  if (start == std::string::npos) return "";
  const auto end = environment.find('\n', start);
  return environment.substr(start + key.size(),
                            end == std::string::npos ? end : end - start - key.size());
}

std::string format_text(const Json& checkpoint) {
  const std::string format = text_at(checkpoint, {"format"});
  if (format.empty()) return "";
  std::string text = format == "legacy"
                         ? "legacy stream: the only form before PyTorch 1.6, on request since"
                         : "zip: the form of PyTorch 1.6 and newer";
  const std::string version = torch_version(checkpoint);
  return version.empty() ? text : text + "; meta names PyTorch " + version;
}

std::string bytes_text(const Json& checkpoint) {
  const auto size = count_at(checkpoint, {"size"});
  const std::string sha256 = text_at(checkpoint, {"sha256"});
  if (!size || sha256.empty()) return "";
  return plural(*size, "byte") + ", sha256 " + sha256;
}

/// Of the weights that half training keeps in half.
std::string half_text(const Json& checkpoint) {
  const Json* weights = find_at(checkpoint, {"roles", "convolution"});
  if (weights == nullptr) return "";
  const auto above = count_at(*weights, {"above_half_max"}).value_or(0);
  const auto lost = count_at(*weights, {"half_zeros"}).value_or(0);
  const auto subnormal = count_at(*weights, {"half_subnormals"}).value_or(0);
  const auto all = count_at(*weights, {"elements"}).value_or(0);
  return count_text(above) + " of " + plural(all, "convolution weight") + " above 65504, " +
         count_text(lost) + " that round to 0, " + count_text(subnormal) + " subnormal (" +
         share_text(subnormal, all) + ")";
}

std::string optimizer_text(const Json& checkpoint) {
  const Json* present = find_at(checkpoint, {"optimizer", "present"});
  if (present == nullptr || !present->is_boolean()) return "";
  if (!present->get<bool>()) return "none inside";
  return "left inside: " +
         plural(count_at(checkpoint, {"optimizer", "tensors"}).value_or(0), "tensor");
}

std::string versions_text(const Json& checkpoint) {
  std::string text;
  for (const auto* key : {"mmseg_version", "mmcv_version", "time", "exp_name"}) {
    const std::string value = text_at(checkpoint, {"meta", key});
    if (!value.empty()) text += (text.empty() ? "" : ", ") + std::string(key) + " " + value;
  }
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

std::string heading(const std::string& text, bool color) {
  return "\n" + (color ? "\x1b[1m" + text + "\x1b[0m" : text) + "\n";
}

std::string block(const std::string& name, const std::string& value, std::size_t width) {
  const std::size_t indent = kIndent + kNameWidth;
  std::string text;
  for (const auto& line : wrap(printable(value), width - indent)) {
    text += std::string(kIndent, ' ') + fit(text.empty() ? name : "", kNameWidth) + line + "\n";
  }
  return text;
}

}  // namespace

FilePage file_page(const Json& checkpoint, const std::string& row_found_by) {
  const Origin origin = origin_of(checkpoint);
  FilePage page;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) page.facts.emplace_back(name, value);
  };
  add("row found by", row_found_by);
  add("bytes", bytes_text(checkpoint));
  add("format", format_text(checkpoint));
  add("trained", origin.words);
  add("seen", joined(origin.because));
  add("in FP16", half_text(checkpoint));
  add("optimizer", optimizer_text(checkpoint));
  add("meta", versions_text(checkpoint));
  page.unknown = not_in_the_file(checkpoint);
  return page;
}

std::string render_file_page(const FilePage& page, const TerminalStyle& style) {
  const std::size_t width = std::max(style.width, kNarrowest);
  std::string text = heading("The file", style.color);
  for (const auto& [name, value] : page.facts) text += block(name, value, width);
  text += heading("What it cannot say", style.color);
  for (const auto& sentence : page.unknown) {
    std::string mark = "- ";
    for (const auto& line : wrap(printable(sentence), width - kIndent - mark.size())) {
      text += std::string(kIndent, ' ') + mark + line + "\n";
      mark = "  ";
    }
  }
  return text;
}

Json file_page_record(const FilePage& page) {
  Json facts = Json::object();
  for (const auto& [name, value] : page.facts) facts[name] = value;
  return {{"facts", facts}, {"not_in_the_file", page.unknown}};
}

}  // namespace harness
