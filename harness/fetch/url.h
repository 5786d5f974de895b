#pragma once

#include <string>
#include <string_view>

namespace harness {

/// An http, https or file URL, taken apart.
struct Url {
  std::string full;    ///< As sent; spaces and non-ASCII bytes percent-encoded. May hold secrets.
  std::string shown;   ///< For messages and records: no user, password, query or fragment.
  std::string scheme;  ///< "http", "https" or "file".
  std::string path;    ///< Percent-decoded: of a file URL, where the file is.
  std::string name;    ///< Last part of the path, percent-decoded; always a plain file name.
};

/// Throws Error(kFetchFailed) for another scheme, for what is no URL, and for a URL whose path does
/// not end in a usable file name. No message holds a user, a password or a query.
Url parse_url(std::string_view text);

/// The name under which the file at a location (a URL or a path) is known: for a URL without
/// anything secret. What is no usable URL gives all of it that may be shown. Never throws Error.
std::string name_of_location(std::string_view location);

/// A location as it may be shown: a URL as Url::shown, a path as it is. Never throws Error.
std::string shown_location(std::string_view location);

/// True for a name that can stand in a folder of ours: not empty, "." or "..", no slash, no control
/// character, at most 200 bytes.
bool is_plain_file_name(std::string_view name);

}  // namespace harness
