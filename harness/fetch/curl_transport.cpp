#include "harness/fetch/curl_transport.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string_view>

#include <curl/curl.h>

#include "harness/base/unicode.h"
#include "harness/fetch/response_head.h"
#include "harness/fetch/transfer_failure.h"

namespace harness {
namespace {

using Outcome = TransferResult::Outcome;
using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

constexpr long kStallBytesPerSecond = 1000;
constexpr long kReceiveBuffer = 64L << 10;
constexpr std::size_t kLongestType = 100;

std::string header(CURL* handle, const char* name) {
  curl_header* found = nullptr;
  // -1: of the last response, not of a redirect before it.
  if (curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return "";
  return found->value;
}

long status_of(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

bool over_file(CURL* handle) {
  char* scheme = nullptr;
  curl_easy_getinfo(handle, CURLINFO_SCHEME, &scheme);
  return scheme != nullptr &&
         (std::string_view(scheme) == "FILE" || std::string_view(scheme) == "file");
}

/// HTTP/2 ends each body with a frame that says so.
bool is_chunked(CURL* handle) {
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(handle, CURLINFO_HTTP_VERSION, &version);
  return version >= CURL_HTTP_VERSION_2_0 ||
         curl_strequal(header(handle, "transfer-encoding").c_str(), "chunked") != 0;
}

bool is_encoded(CURL* handle) {
  const std::string encoding = header(handle, "content-encoding");
  return !encoding.empty() && encoding != "identity";
}

ResponseHead head_of(CURL* handle) {
  ResponseHead head;
  curl_off_t length = -1;
  curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  head.content_type = printable(header(handle, "content-type").substr(0, kLongestType));
  head.delimited = over_file(handle) || length >= 0 || is_chunked(handle);
  if (is_encoded(handle)) return head;
  head.validator = strong_validator(header(handle, "etag"), header(handle, "last-modified"),
                                    header(handle, "date"));
  if (length >= 0) head.total = static_cast<std::uintmax_t>(length);
  return head;
}

/// One transfer as libcurl's callbacks see it. Nothing may be thrown through libcurl, so that what
/// the sink throws waits in `failure`.
struct Transfer {
  Transfer(CURL* curl, const TransferRequest& asked, BodySink& receiver)
      : handle(curl), request(asked), sink(receiver) {}

  CURL* handle;
  const TransferRequest& request;
  BodySink& sink;
  bool begun = false;
  std::string refused_part;  ///< Why a part was not taken.
  std::exception_ptr failure;

  bool good_status() const {
    const long status = status_of(handle);
    return over_file(handle) || status == 200 || (status == 206 && request.offset > 0);
  }

  bool begin() {
    if (begun) return true;
    ResponseHead head = head_of(handle);
    if (status_of(handle) == 206 && !continues(head)) return false;
    begun = true;
    sink.begin(head);
    return true;
  }

 private:
  /// Whether a part goes on where the bytes at hand end, in the same file. Servers that know no
  /// If-Range send the part of whatever file they have now.
  bool continues(ResponseHead& head) {
    const auto range = parse_content_range(header(handle, "content-range"));
    const bool dated = !request.validator.starts_with('"');
    const std::string now = header(handle, dated ? "last-modified" : "etag");
    head.total = range ? range->total : std::nullopt;
    const bool other_size = head.total && request.total && head.total != request.total;
    if (!range || range->offset != request.offset || is_encoded(handle)) {
      refused_part = "another range than asked for";
    } else if (other_size || (!now.empty() && now != request.validator)) {
      refused_part = "a range of another file: it changed meanwhile";
    }
    head.offset = request.offset;
    return refused_part.empty();
  }
};

std::size_t on_bytes(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  try {
    if (!transfer.good_status() || !transfer.begin()) return CURL_WRITEFUNC_ERROR;
    transfer.sink.write(std::as_bytes(std::span(bytes, count)));
    return count;
  } catch (...) {
    transfer.failure = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

/// What is not 0 ends the transfer.
int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(context);
  try {
    return transfer.request.interrupted() ? 1 : 0;
  } catch (...) {
    transfer.failure = std::current_exception();
    return 1;
  }
}

void set_callbacks(CURL* handle, Transfer& transfer) {
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  if (!transfer.request.interrupted) return;
  // Called at least about once a second, also where nothing comes.
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
}

void set_limits(CURL* handle, const TransferLimits& limits) {
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
  curl_easy_setopt(handle, CURLOPT_MAXREDIRS, static_cast<long>(limits.redirects));
}

/// libcurl itself reads no variable for this; its command does, and people set it for that.
void set_certificates(CURL* handle) {
  for (const char* variable : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    const char* file = std::getenv(variable);
    if (file != nullptr && *file != '\0') curl_easy_setopt(handle, CURLOPT_CAINFO, file);
  }
}

void set_request(CURL* handle, const TransferRequest& request) {
  const bool secure = request.url.starts_with("https:");
  const std::string agent = "halfproof/" HALFPROOF_VERSION;
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "identity");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, kReceiveBuffer);
  if (request.offset == 0) return;
  curl_easy_setopt(handle, CURLOPT_RANGE, fmt::format("{}-", request.offset).c_str());
}

HeaderList headers_for(const TransferRequest& request) {
  HeaderList headers(nullptr, &curl_slist_free_all);
  if (request.offset > 0 && !request.validator.empty()) {
    headers.reset(curl_slist_append(nullptr, ("If-Range: " + request.validator).c_str()));
  }
  return headers;
}

TransferResult judge_status(CURL* handle) {
  curl_off_t seconds = 0;
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds);
  return failure_of_status(status_of(handle), std::chrono::seconds(seconds));
}

TransferResult judge_failure(CURL* handle, CURLcode code, const char* message, bool secure) {
  long tunnel = 0;
  curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  if (tunnel >= 300) return failure_of_proxy(tunnel);
  return failure_of_curl(code, message, secure);
}

}  // namespace

CurlTransport::CurlTransport() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl cannot start");
}

TransferResult CurlTransport::get(const TransferRequest& request, BodySink& sink) {
  const Handle handle(curl_easy_init(), &curl_easy_cleanup);
  if (handle == nullptr) throw std::runtime_error("libcurl cannot start a transfer");
  std::array<char, CURL_ERROR_SIZE> message{};
  Transfer transfer(handle.get(), request, sink);
  const HeaderList headers = headers_for(request);
  set_request(handle.get(), request);
  set_limits(handle.get(), request.limits);
  set_certificates(handle.get());
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, message.data());
  set_callbacks(handle.get(), transfer);

  const CURLcode code = curl_easy_perform(handle.get());
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  if (code == CURLE_ABORTED_BY_CALLBACK) return {Outcome::kInterrupted, "an interrupt"};
  if (!transfer.refused_part.empty()) return {Outcome::kRestart, transfer.refused_part};
  const bool answered = code == CURLE_OK || code == CURLE_WRITE_ERROR;
  if (answered && !transfer.good_status()) return judge_status(handle.get());
  if (code != CURLE_OK) {
    const bool secure = request.url.starts_with("https:");
    return judge_failure(handle.get(), code, message.data(), secure);
  }
  if (!transfer.begin()) return {Outcome::kRestart, transfer.refused_part};
  return {Outcome::kDone, ""};
}

}  // namespace harness
