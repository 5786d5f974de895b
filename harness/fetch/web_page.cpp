#include "harness/fetch/web_page.h"

#include <algorithm>
#include <fstream>

#include "harness/base/text.h"

namespace harness {
namespace {

/// The first bytes, without white space before them.
std::string start_of(const std::filesystem::path& file) {
  std::string start(512, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(stream.gcount()));
  start.erase(0, std::min(start.size(), start.find_first_not_of(" \t\r\n")));
  return lower_case(start);
}

}  // namespace

std::string web_page_notice(const std::filesystem::path& file, std::string_view content_type) {
  const std::string start = start_of(file);
  const bool markup = start.starts_with("<!doctype html") || start.starts_with("<html");
  if (!markup && !lower_case(content_type).starts_with("text/html")) return "";
  return "it is a web page (content type \"" + std::string(content_type) +
         "\"), as servers and proxies send for an error or a log-in";
}

}  // namespace harness
