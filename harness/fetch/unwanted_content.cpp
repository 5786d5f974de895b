#include "harness/fetch/unwanted_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "harness/base/content_kind.h"
#include "harness/base/error.h"
#include "harness/base/text.h"

namespace harness {
namespace {

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [name](auto ending) { return name.ends_with(ending); });
}

bool is_unwanted(ContentKind kind, std::string_view name) {
  const bool is_page = ends_with_any(name, {".html", ".htm"});
  const bool is_checkpoint = ends_with_any(name, {".pth", ".pt", ".ckpt", ".pkl", ".bin"});
  switch (kind) {
    case ContentKind::kEmpty:
    case ContentKind::kLfsPointer:
      return true;
    case ContentKind::kWebPage:
      return !is_page;
    case ContentKind::kXml:
      return !is_page && !name.ends_with(".xml");
    case ContentKind::kJson:
      return is_checkpoint || ends_with_any(name, {".md", ".py"});
    case ContentKind::kLinkText:
    case ContentKind::kZeros:
    case ContentKind::kOtherFormat:
      return is_checkpoint;
    default:
      return false;
  }
}

}  // namespace

std::string unwanted_content(const std::filesystem::path& file, std::string_view file_name,
                             std::string_view content_type) {
  const std::string name = lower_case(file_name);
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) return "";
  const Content content = content_of(file);
  if (is_unwanted(content.kind, name)) return fmt::format("it is {}", content.text);
  const bool has_own_format =
      content.kind == ContentKind::kZip || content.kind == ContentKind::kPickle;
  if (lower_case(content_type).starts_with("text/html") && !has_own_format &&
      !ends_with_any(name, {".html", ".htm"})) {
    return fmt::format(
        "it is a web page (content type \"{}\"), as servers and proxies send for an "
        "error or a log-in",
        content_type);
  }
  return "";
}

}  // namespace harness
