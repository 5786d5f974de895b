#include "harness/report/file_page.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/unicode.h"
#include "harness/judge/rules/file/provenance.h"
#include "harness/report/text_layout.h"

namespace harness {
namespace {

constexpr std::size_t kNarrowestFilePage = 70;
constexpr std::size_t kNameWidth = 14;
constexpr std::size_t kIndent = 2;

/// "PyTorch: 1.5.1" out of the text that mmcv's collect_env wrote.
std::string torch_version(const Json& meta) {
  const std::string environment = text_at(meta, {"env_info"});
  const std::string key = "PyTorch: ";
  const auto start = environment.find(key);
  if (start == std::string::npos) return "";
  const auto end = environment.find('\n', start);
  return environment.substr(start + key.size(),
                            end == std::string::npos ? end : end - start - key.size());
}

std::string format_text(const CheckpointRecord& checkpoint) {
  if (!checkpoint.format) return "";
  std::string text = *checkpoint.format == "legacy"
                         ? "legacy stream: the only form before PyTorch 1.6, on request since"
                         : "zip: the form of PyTorch 1.6 and newer";
  const std::string version = torch_version(checkpoint.meta);
  return version.empty() ? text : fmt::format("{}; meta names PyTorch {}", text, version);
}

std::string bytes_text(const CheckpointRecord& checkpoint) {
  if (!checkpoint.stored) return "";
  return fmt::format("{}, sha256 {}", plural(checkpoint.stored->size, "byte"),
                     checkpoint.stored->sha256);
}

/// What FP16 does to the weights that half training keeps in half.
std::string half_text(const CheckpointRecord& checkpoint) {
  if (!checkpoint.values) return "";
  const TensorStatisticsRecord& weights = checkpoint.values->roles.convolution;
  if (weights.tensors == 0) return "";
  return fmt::format("{} of {} above 65504, {} that round to 0, {} subnormal ({})",
                     count_text(weights.above_half_max),
                     plural(weights.elements, "convolution weight"), count_text(weights.half_zeros),
                     count_text(weights.half_subnormals),
                     share_text(weights.half_subnormals, weights.elements));
}

std::string optimizer_text(const CheckpointRecord& checkpoint) {
  if (!checkpoint.optimizer) return "";
  if (!checkpoint.optimizer->present) return "none inside";
  return "left inside: " + plural(checkpoint.optimizer->tensors, "tensor");
}

std::string versions_text(const Json& meta) {
  std::string text;
  for (const auto* key : {"mmseg_version", "mmcv_version", "time", "exp_name"}) {
    const std::string value = text_at(meta, {key});
    if (!value.empty()) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, value);
  }
  return text;
}

/// What nobody can know from this file alone, one sentence each.
std::vector<std::string> not_in_the_file(const CheckpointRecord& checkpoint,
                                         const Provenance& provenance) {
  std::vector<std::string> list;
  const std::string& name = provenance.name;
  if (name == "half training") {
    list.emplace_back(
        "whether the convolutions were trained in half, or trained in float and rounded once at "
        "the end with batch norm left alone: both leave files like this");
    list.emplace_back("the FP32 master weights: training cannot go on exactly from here");
  } else if (name == "float") {
    list.emplace_back("whether FP32 or autocast trained it: both leave float weights");
  }
  list.emplace_back("whether a step overflowed or was skipped, and how the loss scale moved");
  list.emplace_back("mIoU, memory and speed: `halfproof run` evaluates them");
  if (checkpoint.meta.is_object()) {
    list.emplace_back("whether meta is true: nothing binds its text to the weights");
  } else {
    list.emplace_back("how, when and with which versions it was trained: the file has no meta");
  }
  if (!checkpoint.stored || checkpoint.stored->trust != "locked") {
    list.emplace_back(
        "whether these are the publisher's bytes: 8 hex digits in a name are 32 bits, which is "
        "enough against accident and not against intent");
  }
  return list;
}

std::string heading(std::string_view text, const TerminalStyle& style) {
  return fmt::format("\n{}\n", painted(text, "1", style));
}

std::string block(const std::string& name, const std::string& value, std::size_t width) {
  const std::size_t indent = kIndent + kNameWidth;
  std::string text;
  for (const auto& line : wrap(printable(value), width - indent)) {
    text +=
        fmt::format("{:{}}{}{}\n", "", kIndent, fit(text.empty() ? name : "", kNameWidth), line);
  }
  return text;
}

}  // namespace

FilePage file_page(const CheckpointRecord& checkpoint, const std::string& row_found_by) {
  const Provenance provenance = provenance_of(checkpoint);
  FilePage page;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) page.facts.emplace_back(name, value);
  };
  add("row found by", row_found_by);
  add("bytes", bytes_text(checkpoint));
  add("format", format_text(checkpoint));
  add("trained", provenance.words);
  add("seen", fmt::format("{}", fmt::join(provenance.because, "; ")));
  add("in FP16", half_text(checkpoint));
  add("optimizer", optimizer_text(checkpoint));
  add("meta", versions_text(checkpoint.meta));
  page.unknown = not_in_the_file(checkpoint, provenance);
  return page;
}

std::string render_file_page(const FilePage& page, const TerminalStyle& style) {
  const std::size_t width = std::max(style.width, kNarrowestFilePage);
  std::string text = heading("The file", style);
  for (const auto& [name, value] : page.facts) text += block(name, value, width);
  text += heading("What it cannot say", style);
  for (const auto& sentence : page.unknown) {
    std::string mark = "- ";
    for (const auto& line : wrap(printable(sentence), width - kIndent - mark.size())) {
      text += fmt::format("{:{}}{}{}\n", "", kIndent, mark, line);
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
