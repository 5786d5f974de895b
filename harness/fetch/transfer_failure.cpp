#include "harness/fetch/transfer_failure.h"

#include <fmt/format.h>

namespace harness {
namespace {
using Outcome = TransferResult::Outcome;

constexpr const char* kTryLater = "try again later, or name a mirror in the lock file";

bool is_transient(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

std::string advice_on_status(long status) {
  switch (status) {
    case 401:
    case 403:
      return "see whether the file is still public, or name a mirror in the lock file";
    case 404:
    case 410:
      return "see whether the publisher moved the file, or name a mirror in the lock file";
    case 407:
      return "give http_proxy or https_proxy the user and password that the proxy asks for";
    default:
      return kTryLater;
  }
}

std::string advice_on_curl(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return "check the URL, the network and the proxy variables (http_proxy, https_proxy, "
             "no_proxy)";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
      return "where the network has a certificate of its own, let SSL_CERT_FILE name it; else do "
             "not trust this server";
    case CURLE_SSL_CACERT_BADFILE:
      return "let CURL_CA_BUNDLE and SSL_CERT_FILE name files of certificates, or unset them";
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "give the URL that the file is at";
    case CURLE_FILE_COULDNT_READ_FILE:
      return "see whether the file is there and may be read";
    default:
      return kTryLater;
  }
}

}  // namespace

TransferResult failure_of_status(long status, std::chrono::seconds retry_after) {
  TransferResult result;
  result.reason = fmt::format("HTTP status {}", status);
  result.advice = advice_on_status(status);
  if (status == 416) {
    result.outcome = Outcome::kRestart;
  } else if (status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505)) {
    result.outcome = Outcome::kTransient;
    result.retry_after = retry_after;
  }
  return result;
}

TransferResult failure_of_proxy(long status) {
  TransferResult result = failure_of_status(status, std::chrono::seconds(0));
  result.reason += " from the proxy";
  result.advice =
      "see what the proxy in https_proxy lets through, and whether it wants a user and password";
  return result;
}

TransferResult failure_of_curl(CURLcode code, std::string_view message, bool secure) {
  TransferResult result;
  result.outcome = is_transient(code) ? Outcome::kTransient : Outcome::kPermanent;
  result.reason = message.empty() ? curl_easy_strerror(code) : message;
  result.advice = advice_on_curl(code);
  if (code == CURLE_UNSUPPORTED_PROTOCOL) {
    result.reason = secure
                        ? "a redirect away from https, which is not followed"
                        : "a redirect to another scheme than http or https, which is not followed";
  }
  return result;
}

}  // namespace harness
