#include "harness/base/hash_in_name.h"

#include "harness/base/text.h"

namespace harness {
namespace {

/// True for "20260131": a day of this century.
bool is_date(std::string_view digits) {
  const auto within = [&](std::size_t at, std::string_view first, std::string_view last) {
    const std::string_view part = digits.substr(at, 2);
    return first <= part && part <= last;
  };
  return digits.find_first_not_of("0123456789") == std::string_view::npos &&
         digits.starts_with("20") && within(4, "01", "12") && within(6, "01", "31");
}

}  // namespace

std::string hash_in_name(std::string_view name) {
  constexpr std::size_t kDigits = 8;
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos) return "";
  const std::string digits = lower_case(name.substr(dash + 1, kDigits));
  const std::string_view extension = name.substr(dash + 1 + digits.size());
  const bool hash =
      digits.size() == kDigits && digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hash || extension.size() < 2 || extension[0] != '.' || is_date(digits)) return "";
  return digits;
}

}  // namespace harness
