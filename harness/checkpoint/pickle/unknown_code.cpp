#include "harness/checkpoint/pickle/unknown_code.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/unicode.h"

namespace harness {

std::string_view to_string(CodeUse use) noexcept {
  switch (use) {
    case CodeUse::kNamed:
      return "names";
    case CodeUse::kMade:
      return "makes an object of";
    case CodeUse::kCalled:
      return "calls";
  }
  return "calls";
}

namespace {

/// A name for a message, which has to hold more than the name.
std::string shown(std::string_view name) {
  constexpr std::size_t kShown = 100;
  if (name.size() <= kShown) return std::string(name);
  return fmt::format("{}…", name.substr(0, kShown));
}

}  // namespace

std::string describe(const UnknownCode& code) {
  const std::string name = shown(code.name);
  if (code.use == CodeUse::kCalled) return fmt::format("{}({})", name, code.arguments);
  return fmt::format("{} {}", to_string(code.use), name);
}

std::string listing_of(const std::vector<UnknownCode>& code) {
  constexpr std::size_t kMaxText = 1000;
  std::string text;
  for (std::size_t index = 0; index < code.size(); ++index) {
    if (text.size() > kMaxText) return text + fmt::format("; and {} more", code.size() - index);
    text += (index == 0 ? "" : "; ") + describe(code[index]);
  }
  return text;
}

void UnknownCodeList::add(UnknownCode code) {
  runs_ |= code.runs;
  const std::size_t kept = code.runs ? running_ : found_.size() - running_;
  // By all of the name, of which a message shows a part.
  const std::string key = fmt::format("{} {}({})", to_string(code.use), code.name, code.arguments);
  if (kept == kMax || !seen_.insert(key).second) return;
  // What is called or made was named before.
  if (code.use != CodeUse::kNamed) {
    std::erase_if(found_, [&](const UnknownCode& other) {
      const bool is_same = other.use == CodeUse::kNamed && other.name == code.name;
      running_ -= is_same && other.runs ? 1 : 0;
      return is_same;
    });
  }
  running_ += code.runs ? 1 : 0;
  found_.push_back(std::move(code));
}

void UnknownCodeList::add_all(const UnknownCodeList& others) {
  for (const UnknownCode& code : others.found()) add(code);
  runs_ |= others.runs();
}

void refuse_what_runs(const UnknownCodeList& code, std::string_view subject,
                      std::string_view more) {
  if (!code.runs()) return;
  std::vector<UnknownCode> listed = code.found();
  std::stable_partition(listed.begin(), listed.end(),
                        [](const UnknownCode& one) { return one.runs; });
  throw Error(ErrorCode::kUnsafePickle, subject,
              fmt::format("expected tensors and plain data, got unknown code, which Python would "
                          "run on loading the file: {}; do not load it with torch.load{}{}",
                          printable(listing_of(listed)), more.empty() ? "" : "; besides: ", more));
}

}  // namespace harness
