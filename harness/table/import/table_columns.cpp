#include "harness/table/import/table_columns.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

/// Headers in lower case without blanks and emphasis.
constexpr std::array<std::pair<std::string_view, Column>, 25> kHeaders{{
    {"method", Column::kMethod},
    {"backbone", Column::kBackbone},
    {"cropsize", Column::kCropSize},
    {"lrschd", Column::kSchedule},
    {"iterations", Column::kSchedule},
    {"mem(gb)", Column::kMemory},
    {"memory(gb)", Column::kMemory},
    {"inftime(fps)", Column::kFps},
    {"inferencetime(fps)", Column::kFps},
    {"fps", Column::kFps},
    {"device", Column::kDevice},
    {"miou", Column::kMiou},
    {"miou(%)", Column::kMiou},
    {"miou(ss)", Column::kMiou},
    {"miou(ms+flip)", Column::kMiouMsFlip},
    {"config", Column::kConfig},
    {"configs", Column::kConfig},
    {"download", Column::kDownload},
    {"downloads", Column::kDownload},
    {"model", Column::kModel},
    {"checkpoint", Column::kModel},
    {"ckpt", Column::kModel},
    {"weights", Column::kModel},
    {"log", Column::kLog},
    {"logs", Column::kLog},
}};
constexpr std::string_view kExpected =
    "Method, Backbone, Crop Size, Lr schd, Mem (GB), Inf time (fps), mIoU, mIoU(ms+flip), config, "
    "download";

std::string describe_tables(const std::vector<MarkdownTable>& tables) {
  std::string text;
  for (const auto& table : tables) {
    text += (text.empty() ? "a table in line " : "; one in line ") +
            std::to_string(table.header.line) + " with";
    for (const auto& cell : table.header.cells) {
      text.append(" ").append(in_quotes(bare_text(cell.text)));
    }
  }
  return text.empty() ? "no table" : text;
}

}  // namespace

std::string normalised_header(std::string_view header) {
  std::string key;
  for (const char c : lower_case(bare_text(header))) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != '*') key += c;
  }
  return key;
}

Columns columns_of(const MarkdownRow& header, const PublishedPage& page) {
  Columns columns;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const std::string key = normalised_header(header.cells[i].text);
    const auto* found = std::find_if(kHeaders.begin(), kHeaders.end(),
                                     [&](const auto& known) { return known.first == key; });
    if (found == kHeaders.end()) continue;
    if (!columns.emplace(found->second, i).second) {
      throw Error(ErrorCode::kInvalidTable, page.at(header.line),
                  "expected each column once, got a second one for " +
                      in_quotes(bare_text(header.cells[i].text)));
    }
  }
  return columns;
}

bool publishes_models(const Columns& columns) {
  return columns.contains(Column::kMiou) || columns.contains(Column::kDownload);
}

void fail_without_models(const std::vector<MarkdownTable>& tables, const PublishedPage& page) {
  throw Error(ErrorCode::kInvalidTable, page.at(tables.empty() ? 1 : tables.front().header.line),
              "expected a table with the columns " + std::string(kExpected) + "; got " +
                  describe_tables(tables));
}

}  // namespace harness
