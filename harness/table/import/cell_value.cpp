#include "harness/table/import/cell_value.h"

#include <array>
#include <initializer_list>
#include <utility>

namespace harness {
namespace {

CellValue refused(std::string_view expected, bool impossible = false) {
  return {std::nullopt, std::string(expected), impossible};
}

CellValue value_of(const MarkedNumber& marked) {
  PublishedFact fact = fact_of(marked.number, {});
  if (!marked.marks.empty()) fact.conditions["marks"] = marked.marks;
  if (marked.plus_minus) fact.conditions["plus_minus"] = *marked.plus_minus;
  return {std::move(fact), "", false};
}

CellValue value_of(Json value, const std::string& marks) {
  PublishedFact fact{.value = std::move(value)};
  if (!marks.empty()) fact.conditions["marks"] = marks;
  return {std::move(fact), "", false};
}

CellValue read_percentage(std::string_view text) {
  constexpr std::string_view kExpected = "a percentage such as 76.80";
  constexpr double kMost = 100.0;
  const auto marked = parse_marked_number(text, {"%"});
  if (!marked) return refused(kExpected);
  const double value = marked->number.value;
  if (value > kMost) return refused("a percentage of at most 100", true);
  // No model is published for less than one percent.
  if (value > 0.0 && value < 1.0) return refused("a percentage such as 76.80, no fraction", true);
  return value_of(*marked);
}

CellValue read_memory(std::string_view text) {
  constexpr double kTooMuch = 1000.0;  // No device has a terabyte.
  const auto marked = parse_marked_number(text, {"gb", "g"});
  if (!marked) return refused("a number of gigabytes");
  const double value = marked->number.value;
  if (value <= 0.0 || value >= kTooMuch) return refused("gigabytes above 0 and below 1000", true);
  return value_of(*marked);
}

CellValue read_fps(std::string_view text) {
  const auto marked = parse_marked_number(text, {"fps", "img/s", "imgs/s", "images/s"});
  if (!marked) return refused("a number of images per second");
  if (marked->number.value <= 0.0) return refused("images per second above 0", true);
  return value_of(*marked);
}

CellValue read_size(std::string_view text) {
  const auto [bare, marks] = split_marks(text);
  const auto size = parse_size(bare);
  if (!size) return refused("a size such as 512x1024");
  return value_of(size_text(*size), marks);
}

CellValue read_schedule(std::string_view text) {
  const auto [bare, marks] = split_marks(text);
  const auto iterations = parse_iterations(bare);
  if (!iterations) return refused("iterations such as 80000 or 80k");
  return value_of(*iterations, marks);
}

using Reader = CellValue (*)(std::string_view);

constexpr std::array<std::pair<std::string_view, Reader>, 6> kReaders{{
    {"miou", read_percentage},
    {"miou_ms_flip", read_percentage},
    {"memory", read_memory},
    {"fps", read_fps},
    {"config.crop", read_size},
    {"config.iterations", read_schedule},
}};

}  // namespace

CellValue read_cell(std::string_view claim_id, std::string_view text) {
  if (is_not_published(text)) return {PublishedFact{}, "", false};
  for (const auto& [id, reader] : kReaders) {
    if (id == claim_id) return reader(text);
  }
  return refused("a claim that tables publish");
}

}  // namespace harness
