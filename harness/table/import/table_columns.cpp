#include "harness/table/import/table_columns.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

/// Headers as normalised_header writes them.
constexpr auto kHeaders = std::to_array<std::pair<std::string_view, Column>>({
    {"method", Column::kMethod},
    {"methods", Column::kMethod},
    {"algorithm", Column::kMethod},
    {"head", Column::kMethod},
    {"backbone", Column::kBackbone},
    {"encoder", Column::kBackbone},
    {"cropsize", Column::kCropSize},
    {"crop", Column::kCropSize},
    {"lrschd", Column::kSchedule},
    {"lrsched", Column::kSchedule},
    {"lrschedule", Column::kSchedule},
    {"lrschditers", Column::kSchedule},
    {"schedule", Column::kSchedule},
    {"iterations", Column::kSchedule},
    {"iters", Column::kSchedule},
    {"trainingiters", Column::kSchedule},
    {"trainiters", Column::kSchedule},
    {"memgb", Column::kMemory},
    {"memorygb", Column::kMemory},
    {"trainmemgb", Column::kMemory},
    {"trainmemorygb", Column::kMemory},
    {"trainingmemorygb", Column::kMemory},
    {"gpumemgb", Column::kMemory},
    {"gpumemorygb", Column::kMemory},
    {"inftimefps", Column::kFps},
    {"infertimefps", Column::kFps},
    {"inferencetimefps", Column::kFps},
    {"infspeedfps", Column::kFps},
    {"inferspeedfps", Column::kFps},
    {"inferencespeedfps", Column::kFps},
    {"speedfps", Column::kFps},
    {"throughputfps", Column::kFps},
    {"fps", Column::kFps},
    {"device", Column::kDevice},
    {"miou", Column::kMiou},
    {"miouss", Column::kMiou},
    {"miousinglescale", Column::kMiou},
    {"miouval", Column::kMiou},
    {"valmiou", Column::kMiou},
    {"miouscore", Column::kMiou},
    {"miouours", Column::kMiou},
    {"miouthisrepo", Column::kMiou},
    {"meaniouours", Column::kMiou},
    {"meaniouthisrepo", Column::kMiou},
    {"miouvalset", Column::kMiou},
    {"meaniou", Column::kMiou},
    {"ioumean", Column::kMiou},
    {"meaniouval", Column::kMiou},
    {"valmeaniou", Column::kMiou},
    {"meanintersectionoverunion", Column::kMiou},
    {"mioums+flip", Column::kMiouMsFlip},
    {"mioumsflip", Column::kMiouMsFlip},
    {"miouflip+ms", Column::kMiouMsFlip},
    {"mioumultiscale+flip", Column::kMiouMsFlip},
    {"meanioums+flip", Column::kMiouMsFlip},
    {"meanioumsflip", Column::kMiouMsFlip},
    {"multiscale", Column::kMultiScale},
    {"ms", Column::kMultiScale},
    {"flip", Column::kFlip},
    {"ms+flip", Column::kScalesAndFlip},
    {"msflip", Column::kScalesAndFlip},
    {"multiscale+flip", Column::kScalesAndFlip},
    {"tta", Column::kScalesAndFlip},
    {"testtimeaugmentation", Column::kScalesAndFlip},
    {"trainingdataset", Column::kTrainingData},
    {"traindataset", Column::kTrainingData},
    {"trainingdata", Column::kTrainingData},
    {"testdataset", Column::kTestData},
    {"testingdataset", Column::kTestData},
    {"evaluationdataset", Column::kTestData},
    {"evaldataset", Column::kTestData},
    {"testdata", Column::kTestData},
    {"evaluatedon", Column::kTestData},
    {"testedon", Column::kTestData},
    {"trainedon", Column::kTrainingData},
    {"dataset", Column::kDataSet},
    {"trainset", Column::kTrainingSplit},
    {"trainingset", Column::kTrainingSplit},
    {"trainsplit", Column::kTrainingSplit},
    {"testset", Column::kTestSplit},
    {"testingset", Column::kTestSplit},
    {"evalset", Column::kTestSplit},
    {"evaluationset", Column::kTestSplit},
    {"testsplit", Column::kTestSplit},
    {"evalsplit", Column::kTestSplit},
    {"split", Column::kTestSplit},
    {"config", Column::kConfig},
    {"configs", Column::kConfig},
    {"configuration", Column::kConfig},
    {"configfile", Column::kConfig},
    {"cfg", Column::kConfig},
    {"download", Column::kDownload},
    {"downloads", Column::kDownload},
    {"link", Column::kDownload},
    {"links", Column::kDownload},
    {"evaluationcheckpoint", Column::kDownload},
    {"model", Column::kModel},
    {"models", Column::kModel},
    {"checkpoint", Column::kModel},
    {"checkpoints", Column::kModel},
    {"finetunedmodel", Column::kModel},
    {"trainedmodel", Column::kModel},
    {"ckpt", Column::kModel},
    {"weights", Column::kModel},
    {"weight", Column::kModel},
    {"log", Column::kLog},
    {"logs", Column::kLog},
    {"traininglog", Column::kLog},
    {"trainlog", Column::kLog},
});
constexpr std::string_view kExpected =
    "Method, Backbone, Crop Size, Lr schd, Mem (GB), Inf time (fps), mIoU, mIoU(ms+flip), config, "
    "download";

std::string describe_tables(const MarkdownTables& read) {
  std::string text;
  for (const auto& table : read.tables) {
    text +=
        fmt::format("{} line {} with", text.empty() ? "a table in" : "; one in", table.header.line);
    for (const auto& cell : table.header.cells)
      text += fmt::format(" {}", in_quotes(bare_text(cell.text)));
  }
  for (const NoMarkdownTable& other : read.others) {
    text += fmt::format("{}{} in line {}", text.empty() ? "" : "; ", other.what, other.line);
  }
  return text.empty() ? "no table" : text;
}

/// Columns of which a table may have several: names and links.
bool may_repeat(Column column) {
  switch (column) {
    case Column::kCropSize:
    case Column::kSchedule:
    case Column::kMemory:
    case Column::kFps:
    case Column::kMiou:
    case Column::kMiouMsFlip:
      return false;
    default:
      return true;
  }
}

bool is_starred(std::string_view header) {
  return header.find('*') != std::string_view::npos ||
         header.find("\xE2\x80\xA0") != std::string_view::npos;
}

/// Beyond ASCII: blanks of several widths, full-width brackets and percent, footnote marks, arrows.
bool is_decoration(std::string_view sign) {
  constexpr auto kSigns = std::to_array<std::string_view>(
      {"\u00A0", "\u2002", "\u2003", "\u2009", "\u200A", "\u200B", "\u202F", "\u3000",
       "\uFEFF", "\uFE0F", "\uFF08", "\uFF09", "\uFF05", "\u2020", "\u2021", "\u00A7",
       "\u00B6", "\u2217", "\u00B9", "\u00B2", "\u00B3", "\u2070", "\u2074", "\u2075",
       "\u2076", "\u2077", "\u2078", "\u2079", "\u2191", "\u2193", "\u2B06", "\u2B07"});
  return std::ranges::find(kSigns, sign) != kSigns.end();
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<Column> column_of_key(std::string_view key) {
  const auto* found =
      std::ranges::find_if(kHeaders, [&](const auto& known) { return known.first == key; });
  return found == kHeaders.end() ? std::nullopt : std::optional(found->second);
}

class ColumnFinder {
 public:
  ColumnFinder(const MarkdownRow& header, const PublishedPage& page,
               std::vector<ImportNotice>& notices)
      : header_(header), page_(page), notices_(notices) {}

  Columns find() {
    for (std::size_t i = 0; i < header_.cells.size(); ++i) {
      const std::string& text = header_.cells[i].text;
      if (const auto column = column_named(text)) {
        columns_[*column].push_back(i);
      } else if (looks_known(text)) {
        note_unread(i, "it is none of the columns that are read (docs/formats.md)");
      }
    }
    for (auto& [column, places] : columns_) {
      if (places.size() > 1 && !may_repeat(column)) settle(places);
    }
    return std::move(columns_);
  }

 private:
  /// Leaves the columns without an asterisk where there are both.
  void settle(std::vector<std::size_t>& places) {
    const auto starred = [&](std::size_t i) { return is_starred(header_.cells[i].text); };
    if (!std::all_of(places.begin(), places.end(), starred)) {
      for (const std::size_t i : places) {
        if (starred(i)) note_unread(i, "its asterisk says that it is another measure");
      }
      std::erase_if(places, starred);
    }
    if (places.size() < 2) return;
    notices_.push_back({ImportNotice::Kind::kRefused, page_.at(header_.line),
                        fmt::format("expected each column once, got a second one for {}",
                                    in_quotes(title(places[1])))});
  }

  void note_unread(std::size_t i, std::string_view why) {
    notices_.push_back({ImportNotice::Kind::kUnread, page_.at(header_.line),
                        fmt::format("column {} is not read: {}", in_quotes(title(i)), why)});
  }

  const std::string& title(std::size_t i) const { return header_.cells[i].text; }

  const MarkdownRow& header_;
  const PublishedPage& page_;
  std::vector<ImportNotice>& notices_;
  Columns columns_;
};

}  // namespace

std::string normalised_header(std::string_view header) {
  std::string key;
  for (const char c : lower_case(header)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+') key += c;
  }
  return key;
}

bool has_other_signs(std::string_view header) {
  constexpr std::string_view kPlain = " \t\r\n()[]{}*_%/.,:|\\#+`";
  const auto is_letter_at = [&](std::size_t i) {
    return i < header.size() && is_letter_or_digit(header[i]);
  };
  for (std::size_t i = 0; i < header.size();) {
    std::size_t end = i + 1;
    if (static_cast<unsigned char>(header[i]) < 0x80U) {
      const bool is_hyphen = header[i] == '-' && i > 0 && is_letter_at(i - 1) && is_letter_at(end);
      const bool is_plain = kPlain.find(header[i]) != std::string_view::npos;
      if (!is_hyphen && !is_plain && !is_letter_at(i)) return true;
    } else {
      while (end < header.size() && (static_cast<unsigned char>(header[end]) & 0xC0U) == 0x80U)
        ++end;
      if (!is_decoration(header.substr(i, end - i))) return true;
    }
    i = end;
  }
  return false;
}

std::optional<Column> column_named(std::string_view header) {
  return has_other_signs(header) ? std::nullopt : column_of_key(normalised_header(header));
}

// What is about the weights that a training starts from, or about sizes and costs of a model, is
// something else.
bool looks_known(std::string_view header) {
  constexpr auto kOther =
      std::to_array<std::string_view>({"pretrain", "param", "flop", "modelsize", "init"});
  constexpr auto kKnown = std::to_array<std::string_view>(
      {"iou",   "jaccard",    "mem",        "vram",       "fps",      "inftime",
       "infer", "speed",      "latency",    "throughput", "cropsize", "schd",
       "sched", "iters",      "iterations", "epoch",      "config",   "download",
       "ckpt",  "checkpoint", "weights",    "resolution"});
  constexpr auto kWhole =
      std::to_array<std::string_view>({"imgs", "imagess", "imgsec", "imagessec", "iter", "steps"});
  const std::string key = normalised_header(header);
  const auto contains = [&](std::string_view part) { return key.find(part) != std::string::npos; };
  if (std::ranges::any_of(kOther, contains)) return false;
  if (has_other_signs(header) && column_of_key(key)) return true;
  return std::ranges::any_of(kKnown, contains) || std::ranges::find(kWhole, key) != kWhole.end();
}

Columns columns_of(const MarkdownRow& header, const PublishedPage& page,
                   std::vector<ImportNotice>& notices) {
  return ColumnFinder(header, page, notices).find();
}

bool publishes_models(const Columns& columns) {
  return columns.contains(Column::kMiou) || columns.contains(Column::kMiouMsFlip) ||
         columns.contains(Column::kDownload);
}

void fail_without_models(const MarkdownTables& read, const PublishedPage& page) {
  throw Error(ErrorCode::kInvalidTable,
              page.at(read.tables.empty() ? 1 : read.tables.front().header.line),
              fmt::format("expected a table with the columns {}; got {}", kExpected,
                          describe_tables(read)));
}

}  // namespace harness
