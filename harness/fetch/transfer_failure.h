#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "harness/fetch/transport.h"

namespace harness {

/// What an HTTP status other than 200 and 206 means for the transfer: whether it may get better,
/// and what to do.
TransferResult failure_of_status(long status, std::chrono::seconds retry_after);

/// The same of a transfer that libcurl ended. `message` is its own text, or "". `secure`: the URL
/// that was asked for is an https one.
TransferResult failure_of_curl(CURLcode code, std::string_view message, bool secure);

/// A proxy that does not let the tunnel of an https URL through.
TransferResult failure_of_proxy(long status);

}  // namespace harness
