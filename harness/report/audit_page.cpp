#include "harness/report/audit_page.h"

#include <algorithm>
#include <map>
#include <vector>

#include "harness/base/unicode.h"
#include "harness/report/text_layout.h"

namespace harness {
namespace {

constexpr std::size_t kNarrowest = 70;
constexpr std::size_t kReadable = 110;
constexpr std::size_t kMaxSays = 34;
constexpr std::size_t kRowsShown = 4;

class AuditPage {
 public:
  AuditPage(const AuditResult& result, const TerminalStyle& style)
      : result_(result), style_(style), width_(std::clamp(style.width, kNarrowest, kReadable)) {}

  std::string render() {
    for (const auto& one : result_.contradictions) add(one);
    add_summary();
    return std::move(page_);
  }

 private:
  std::string painted(std::string_view text, std::string_view code) const {
    if (!style_.color) return std::string(text);
    return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
  }

  void add_wrapped(std::string_view text, std::size_t indent) {
    for (const auto& line : wrap(text, width_ - indent)) {
      page_.append(indent, ' ').append(line).append("\n");
    }
  }

  void add(const Contradiction& one) {
    page_ += painted(printable(one.rule), "1;31") + "  " + printable(one.message) + "\n";
    std::string rows;
    for (std::size_t index = 0; index < std::min(one.rows.size(), kRowsShown); ++index) {
      rows.append(index == 0 ? "" : ", ").append(printable(one.rows[index]));
    }
    if (one.rows.size() > kRowsShown) {
      rows.append(" and ").append(std::to_string(one.rows.size() - kRowsShown)).append(" more");
    }
    add_wrapped(rows, 2);
    std::size_t says = 0;
    for (const auto& quote : one.quotes) {
      says = std::max(says, std::min(columns_of(printable(quote.says)), kMaxSays));
    }
    for (const auto& quote : one.quotes) add(quote, says);
    add_wrapped("because " + printable(one.reason), 4);
    page_ += "\n";
  }

  void add(const Quote& quote, std::size_t says) {
    const std::size_t indent = 4 + says + 2;
    const auto lines = wrap(printable(place_of(quote)), width_ - indent);
    page_.append(4, ' ').append(fit(printable(quote.says), says)).append("  ");
    page_.append(lines.empty() ? "" : lines.front()).append("\n");
    for (std::size_t index = 1; index < lines.size(); ++index) {
      page_.append(indent, ' ').append(lines[index]).append("\n");
    }
    if (quote.text.empty()) return;
    const std::string text = shorten(printable(quote.text), 2 * (width_ - indent));
    add_wrapped("\"" + text + "\"", indent);
  }

  void add_summary() {
    std::map<std::string, std::size_t> counts;
    for (const auto& one : result_.contradictions) ++counts[one.rule];
    std::string summary = printable(result_.suite) + ": ";
    const std::size_t count = result_.contradictions.size();
    summary += count == 0   ? "no contradiction"
               : count == 1 ? "1 contradiction"
                            : std::to_string(count) + " contradictions";
    std::string rules;
    for (const auto& [rule, number] : counts) {
      rules.append(rules.empty() ? "" : ", ").append(rule).append(" ");
      rules += std::to_string(number);
    }
    if (!rules.empty()) summary.append(" (").append(printable(rules)).append(")");
    add_wrapped(summary, 0);
    std::string looked_at;
    for (const auto& part : result_.looked_at) {
      looked_at.append(looked_at.empty() ? "" : ", ").append(printable(part));
    }
    if (!looked_at.empty()) add_wrapped("Looked at: " + looked_at, 0);
    if (result_.unseen.empty()) return;
    page_ += "Not looked at:\n";
    for (const auto& one : result_.unseen) {
      add_wrapped(printable(one.row) + ": " + printable(one.what) + ": " + printable(one.reason),
                  2);
    }
  }

  const AuditResult& result_;
  const TerminalStyle& style_;
  std::size_t width_;
  std::string page_;
};

}  // namespace

std::string render_audit(const AuditResult& result, const TerminalStyle& style) {
  return AuditPage(result, style).render();
}

}  // namespace harness
