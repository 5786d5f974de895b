#include "harness/report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/base/unicode.h"
#include "harness/judge/finding.h"
#include "harness/report/summary.h"
#include "harness/report/text_layout.h"
#include "harness/report/verdict_texts.h"

namespace harness {
namespace {

constexpr std::size_t kNarrowest = 70;  // Holds five columns, each cut as short as possible.
constexpr std::size_t kWidest = 1000;
constexpr std::size_t kValueCap = 18;         // A longer text would leave no room for the others.
constexpr std::size_t kNarrowestReason = 24;  // A reason cut to fewer columns says nothing.
constexpr std::size_t kReadableWidth = 100;
constexpr std::string_view kGap = "  ";

/// One claim as texts.
struct Line {
  std::string claim;
  std::string published;
  std::string measured;
  std::string evidence;
  Verdict verdict = Verdict::kFail;
  std::string reason;
};

struct Widths {
  std::size_t claim = 5;
  std::size_t published = 9;
  std::size_t measured = 8;
  std::size_t evidence = 8;
  std::size_t verdict = 7;
  std::size_t reason = 0;  ///< 0: reasons have no column.
};

std::string_view color_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
    case Verdict::kXfail:
      return "32";
    case Verdict::kFail:
    case Verdict::kXpass:
      return "1;31";
    case Verdict::kAmbiguous:
    case Verdict::kUnfit:
      return "33";
    case Verdict::kSkipped:
    case Verdict::kNotVerifiable:
      return "36";
  }
  return "0";
}

Line line_of(const Suite& suite, const VerdictRecord& record) {
  const Claim claim = claim_of(suite, record);
  std::string evidence = record.evidence;
  if (!record.precision.empty()) evidence += " " + record.precision;
  return {printable(record.claim),
          published_cell(claim, record),
          measured_cell(claim, record),
          printable(evidence),
          record.verdict,
          printable(record.reason)};
}

/// Takes columns from the texts that can spare them; the verdict is never cut.
void shrink(Widths& widths, std::size_t excess) {
  constexpr std::size_t kShortest = 9;
  for (std::size_t* column : {&widths.evidence, &widths.measured, &widths.published}) {
    const std::size_t spare = *column > kShortest ? *column - kShortest : 0;
    const std::size_t taken = std::min(spare, excess);
    *column -= taken;
    excess -= taken;
  }
}

Widths measure(const std::vector<Line>& lines, std::size_t width) {
  Widths widths;
  const auto grow = [](std::size_t& column, std::string_view text, std::size_t cap) {
    column = std::max(column, std::min(columns_of(text), cap));
  };
  for (const auto& line : lines) {
    grow(widths.claim, line.claim, kValueCap);
    grow(widths.published, line.published, kValueCap);
    grow(widths.measured, line.measured, kValueCap);
    grow(widths.evidence, line.evidence, kValueCap);
    grow(widths.verdict, to_string(line.verdict), kValueCap);
  }
  const std::size_t used = 5 * kGap.size() + widths.claim + widths.published + widths.measured +
                           widths.evidence + widths.verdict;
  const std::size_t with_reason = used + kGap.size() + kNarrowestReason;
  if (width >= with_reason) widths.reason = width - used - kGap.size();
  if (used > width) shrink(widths, used - width);
  return widths;
}

std::string without_trailing_spaces(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string columns_up_to_verdict(const Line& line, const Widths& widths) {
  const std::vector<std::string> columns = {"",
                                            fit(line.claim, widths.claim),
                                            fit(line.published, widths.published, Align::kRight),
                                            fit(line.measured, widths.measured, Align::kRight),
                                            fit(line.evidence, widths.evidence),
                                            ""};
  return fmt::format("{}", fmt::join(columns, kGap));
}

void append_wrapped(std::string& out, std::string_view text, std::size_t indent,
                    std::size_t width) {
  const std::size_t columns = std::min(width, indent + kReadableWidth) - indent;
  for (const auto& line : wrap(text, columns)) {
    out += fmt::format("{:{}}{}\n", "", indent, line);
  }
}

void append_line(std::string& out, const Line& line, const Widths& widths,
                 const TerminalStyle& style) {
  constexpr std::size_t kReasonIndent = 6;
  const std::string verdict(to_string(line.verdict));
  const bool fits = columns_of(line.reason) <= widths.reason;
  const bool beside = widths.reason > 0 && (fits || line.verdict == Verdict::kPass);
  out += columns_up_to_verdict(line, widths);
  out += painted(verdict, color_of(line.verdict), style);
  if (beside) {
    out += fmt::format("{:{}}{}{}", "", widths.verdict - verdict.size(), kGap,
                       shorten(line.reason, widths.reason));
  }
  out += "\n";
  if (!beside && line.verdict != Verdict::kPass) {
    append_wrapped(out, line.reason, kReasonIndent, style.width);
  }
}

void append_header(std::string& out, const Widths& widths, const TerminalStyle& style) {
  const Line titles{"claim", "published", "measured", "evidence", Verdict::kPass, ""};
  std::string header = columns_up_to_verdict(titles, widths) + fit("verdict", widths.verdict);
  if (widths.reason > 0) header += fmt::format("{}reason", kGap);
  out += painted(without_trailing_spaces(header), "2", style) + "\n";
}

void append_heading(std::string& out, const Suite& suite, const std::string& row_id,
                    const TerminalStyle& style) {
  const auto row = std::find_if(suite.rows.begin(), suite.rows.end(),
                                [&](const Row& candidate) { return candidate.id == row_id; });
  out += fmt::format("\n{}", painted(printable(row_id), "1", style));
  if (row != suite.rows.end()) out += fmt::format("{}{}", kGap, printable(row->method));
  out += "\n";
}

void append_failed(std::string& out, const std::vector<VerdictRecord>& records,
                   const TerminalStyle& style) {
  const auto rows = failed(records);
  if (!rows.empty()) out += "Failed:\n";
  for (const auto& row : rows) {
    const std::string text = fmt::format("{}: {}", row.row, enumeration(row.claims));
    append_wrapped(out, printable(text), kGap.size(), style.width);
  }
}

void append_unverified(std::string& out, const std::vector<VerdictRecord>& records,
                       const TerminalStyle& style, std::string_view suite_path) {
  constexpr std::size_t kReasonCap = 200;  // The whole reason stands in the table.
  const auto groups = unverified(records);
  if (!groups.empty()) out += "Not verified:\n";
  for (const auto& group : groups) {
    const auto count = static_cast<std::int64_t>(group.rows.size());
    const std::string where = count == 1 ? group.rows.front() : plural(count, "row");
    std::string text = fmt::format("{} ({}): {}", enumeration(group.claims), where,
                                   shorten(printable(group.reason), kReasonCap));
    const auto what_to_do = remedy(group, suite_path);
    if (!what_to_do.empty()) text += fmt::format("; {}", what_to_do);
    append_wrapped(out, printable(text), kGap.size(), style.width);
  }
}

/// Why a claim that was not measured was not: the resource that it lacked, else its reason. "" for
/// one that was.
std::string cause_of(const VerdictRecord& record) {
  if (!is_unverified(record.verdict) || !record.measured.is_null()) return "";
  const std::string resource = missing_resource(record.reason);
  return resource.empty() ? record.reason : resource;
}

/// Claims of one row that share a line.
struct SharedLine {
  std::vector<std::string> claims;
  Verdict verdict = Verdict::kSkipped;
  std::string reason;
};

void append_shared(std::string& out, const SharedLine& shared, const TerminalStyle& style) {
  constexpr std::size_t kReasonIndent = 6;
  const std::string verdict(to_string(shared.verdict));
  out += fmt::format("  {} {}:\n", shared.claims.size(),
                     painted(verdict, color_of(shared.verdict), style));
  append_wrapped(out, printable(enumeration(shared.claims)), kReasonIndent, style.width);
  append_wrapped(out, printable(shared.reason), kReasonIndent, style.width);
}

/// Renders the claims of one row.
class RowTable {
 public:
  RowTable(std::span<const VerdictRecord> records, std::span<Line> lines, const Widths& widths,
           const TerminalStyle& style)
      : records_(records), lines_(lines), widths_(widths), style_(style) {
    for (const auto& record : records_) ++count_[key_of(record)];
  }

  void append_to(std::string& out) {
    std::map<std::string, std::string> told;  // Reasons, with the claim that has each.
    std::map<Key, std::size_t> places;
    std::vector<SharedLine> shared;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const Key key = key_of(records_[i]);
      if (!key.second.empty() && count_.at(key) >= kFewestShared) {
        const auto [place, is_new] = places.try_emplace(key, shared.size());
        if (is_new) shared.push_back({{}, key.first, records_[i].reason});
        shared[place->second].claims.push_back(records_[i].claim);
        continue;
      }
      Line& line = lines_[i];
      const auto [first, is_new] = told.try_emplace(line.reason, line.claim);
      const bool repeats =
          !is_new && is_unverified(line.verdict) && columns_of(line.reason) > widths_.reason;
      if (repeats) line.reason = fmt::format("as for {}", first->second);
      append_line(out, line, widths_, style_);
    }
    for (const auto& one : shared) append_shared(out, one, style_);
  }

 private:
  static constexpr std::int64_t kFewestShared = 3;
  using Key = std::pair<Verdict, std::string>;

  static Key key_of(const VerdictRecord& record) { return {record.verdict, cause_of(record)}; }

  std::span<const VerdictRecord> records_;
  std::span<Line> lines_;
  const Widths& widths_;
  const TerminalStyle& style_;
  std::map<Key, std::int64_t> count_;
};

std::size_t columns_of_terminal(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const long parsed = columns == nullptr ? 0 : std::strtol(columns, nullptr, 10);
  return parsed > 0 ? static_cast<std::size_t>(parsed) : TerminalStyle{}.width;
}

}  // namespace

TerminalStyle terminal_style(int descriptor) {
  const char* term = std::getenv("TERM");
  const bool is_dumb = term != nullptr && std::string_view(term) == "dumb";
  const char* no_color = std::getenv("NO_COLOR");
  const bool is_plain = no_color != nullptr && *no_color != '\0';
  TerminalStyle style;
  style.width = columns_of_terminal(descriptor);
  style.color = isatty(descriptor) == 1 && !is_plain && !is_dumb;
  return style;
}

std::string painted(std::string_view text, std::string_view code, const TerminalStyle& style) {
  return style.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string render_verdicts(const Suite& suite, const std::vector<VerdictRecord>& records,
                            const TerminalStyle& asked, std::string_view suite_path) {
  TerminalStyle style = asked;
  style.width = std::clamp(asked.width, kNarrowest, kWidest);
  std::vector<Line> lines;
  for (const auto& record : records) lines.push_back(line_of(suite, record));
  const Widths widths = measure(lines, style.width);
  std::string out;
  if (!records.empty()) append_header(out, widths, style);
  for (std::size_t begin = 0; begin < records.size();) {
    std::size_t end = begin;
    while (end < records.size() && records[end].row == records[begin].row) ++end;
    append_heading(out, suite, records[begin].row, style);
    RowTable(std::span(records).subspan(begin, end - begin),
             std::span(lines).subspan(begin, end - begin), widths, style)
        .append_to(out);
    begin = end;
  }
  if (!records.empty()) out += "\n";
  out += painted(counts_text(records), "1", style) + "\n";
  append_failed(out, records, style);
  append_unverified(out, records, style, suite_path);
  return out;
}

}  // namespace harness
