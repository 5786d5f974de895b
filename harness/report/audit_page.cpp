#include "harness/report/audit_page.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/base/unicode.h"
#include "harness/report/text_layout.h"

namespace harness {
namespace {

constexpr std::size_t kNarrowestAuditPage = 70;
constexpr std::size_t kReadable = 110;
constexpr std::size_t kMaxSays = 34;
constexpr std::size_t kRowsShown = 4;

std::string joined(std::span<const std::string> texts) {
  return printable(fmt::format("{}", fmt::join(texts, ", ")));
}

class AuditPage {
 public:
  AuditPage(const AuditResult& result, const TerminalStyle& style)
      : result_(result),
        style_(style),
        width_(std::clamp(style.width, kNarrowestAuditPage, kReadable)) {}

  std::string render() {
    for (const auto& one : result_.contradictions) add(one);
    add_summary();
    return std::move(page_);
  }

 private:
  void add_wrapped(std::string_view text, std::size_t indent) {
    for (const auto& line : wrap(text, width_ - indent)) {
      page_ += fmt::format("{:{}}{}\n", "", indent, line);
    }
  }

  void add(const Contradiction& one) {
    page_ += fmt::format("{}  {}\n", painted(printable(one.rule), "1;31", style_),
                         printable(one.message));
    const std::size_t shown = std::min(one.rows.size(), kRowsShown);
    std::string rows = joined(std::span(one.rows).first(shown));
    if (one.rows.size() > shown) rows += fmt::format(" and {} more", one.rows.size() - shown);
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
    page_ += fmt::format("    {}  {}\n", fit(printable(quote.says), says),
                         lines.empty() ? "" : lines.front());
    for (std::size_t index = 1; index < lines.size(); ++index) {
      page_ += fmt::format("{:{}}{}\n", "", indent, lines[index]);
    }
    if (quote.text.empty()) return;
    const std::string text = shorten(printable(quote.text), 2 * (width_ - indent));
    add_wrapped(fmt::format("\"{}\"", text), indent);
  }

  void add_summary() {
    std::map<std::string, std::size_t> counts;
    for (const auto& one : result_.contradictions) ++counts[one.rule];
    std::string summary = printable(result_.suite) + ": ";
    const std::size_t count = result_.contradictions.size();
    summary += count == 0   ? "no contradiction"
               : count == 1 ? "1 contradiction"
                            : fmt::format("{} contradictions", count);
    std::vector<std::string> rules;
    for (const auto& [rule, number] : counts) rules.push_back(fmt::format("{} {}", rule, number));
    if (!rules.empty()) summary += fmt::format(" ({})", joined(rules));
    add_wrapped(summary, 0);
    const std::string looked_at = joined(result_.looked_at);
    if (!looked_at.empty()) add_wrapped("Looked at: " + looked_at, 0);
    if (result_.unseen.empty()) return;
    page_ += "Not looked at:\n";
    for (const auto& one : result_.unseen) {
      add_wrapped(
          fmt::format("{}: {}: {}", printable(one.row), printable(one.what), printable(one.reason)),
          2);
    }
  }

  const AuditResult& result_;
  const TerminalStyle& style_;
  std::size_t width_;
  std::string page_;
};

}  // namespace

std::string audit_summary(const AuditResult& result, std::string_view command,
                          const TerminalStyle& style) {
  if (result.contradictions.empty()) {
    return "Audit: no contradiction in what is published\n";
  }
  struct Kind {
    const Contradiction* first = nullptr;
    std::set<std::string> rows;
  };
  std::map<std::pair<std::string, std::string>, Kind> kinds;
  for (const auto& one : result.contradictions) {
    Kind& kind = kinds[{one.rule, one.fact}];
    if (kind.first == nullptr) kind.first = &one;
    kind.rows.insert(one.rows.begin(), one.rows.end());
  }
  const std::size_t width = std::clamp(style.width, kNarrowestAuditPage, kReadable);
  std::string text =
      fmt::format("Audit: {} in what is published; `{}` quotes {}\n",
                  plural(std::ssize(result.contradictions), "contradiction"), printable(command),
                  result.contradictions.size() == 1 ? "it" : "them");
  for (const auto& [name, kind] : kinds) {
    const std::string line = fmt::format("  {} ({}): {}", name.first,
                                         plural(std::ssize(kind.rows), "row"), kind.first->message);
    text += shorten(printable(line), width) + "\n";
  }
  return text;
}

std::string render_audit(const AuditResult& result, const TerminalStyle& style) {
  return AuditPage(result, style).render();
}

}  // namespace harness
