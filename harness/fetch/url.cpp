#include "harness/fetch/url.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>

#include <curl/curl.h>

#include "harness/base/error.h"
#include "harness/base/location.h"

namespace harness {
namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

/// All that may be shown of a text that could not be taken apart.
std::string scheme_only(std::string_view text) {
  return std::string(text.substr(0, text.find("://"))) + "://...";
}

std::string part_of(const Handle& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return "";
  const std::string copy(text);
  curl_free(text);
  return copy;
}

Handle open_url(std::string_view text) {
  Handle url(curl_url(), &curl_url_cleanup);
  const std::string copy(text);
  const auto code = curl_url_set(url.get(), CURLUPART_URL, copy.c_str(),
                                 CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK) {
    throw Error(
        ErrorCode::kFetchFailed, scheme_only(text),
        std::string("expected a URL, got one that cannot be read: ") + curl_url_strerror(code));
  }
  return url;
}

std::string without_secrets(const Handle& url) {
  const Handle copy(curl_url_dup(url.get()), &curl_url_cleanup);
  for (const auto part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY,
                          CURLUPART_FRAGMENT}) {
    curl_url_set(copy.get(), part, nullptr, 0);
  }
  return part_of(copy, CURLUPART_URL);
}

std::string decoded(const std::string& text) {
  int length = 0;
  char* bytes = curl_easy_unescape(nullptr, text.c_str(), static_cast<int>(text.size()), &length);
  if (bytes == nullptr) return "";
  const std::string copy(bytes, static_cast<std::size_t>(length));
  curl_free(bytes);
  return copy;
}

}  // namespace

Url parse_url(std::string_view text) {
  const Handle handle = open_url(text);
  Url url;
  url.scheme = part_of(handle, CURLUPART_SCHEME);
  url.shown = without_secrets(handle);
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "file") {
    throw Error(ErrorCode::kFetchFailed, url.shown.empty() ? scheme_only(text) : url.shown,
                "expected an http, https or file URL, got the scheme \"" + url.scheme + "\"");
  }
  url.full = part_of(handle, CURLUPART_URL);
  const std::string path = part_of(handle, CURLUPART_PATH);
  url.path = decoded(path);
  // Decoded after the cut: a slash that comes out of "%2f" is part of the name, and refused there.
  url.name = decoded(path.substr(path.rfind('/') + 1));
  if (!is_plain_file_name(url.name)) {
    throw Error(ErrorCode::kFetchFailed, url.shown,
                "expected a path that ends in a file's name, got none that can be used");
  }
  return url;
}

std::string name_of_location(std::string_view location) {
  if (!is_url(location)) return std::filesystem::path(location).filename().string();
  try {
    return parse_url(location).name;
  } catch (const Error& error) {
    return error.subject();
  }
}

std::string shown_location(std::string_view location) {
  if (!is_url(location)) return std::string(location);
  try {
    return parse_url(location).shown;
  } catch (const Error& error) {
    return error.subject();
  }
}

bool is_plain_file_name(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  if (name.empty() || name == "." || name == ".." || name.size() > kLongest) return false;
  return std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return c == '/' || std::iscntrl(c); });
}

}  // namespace harness
