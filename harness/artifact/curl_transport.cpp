#include "harness/artifact/curl_transport.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string_view>

#include <curl/curl.h>

#include "harness/base/machine.h"

namespace harness {
namespace {

using Outcome = TransferResult::Outcome;
using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

constexpr long kStallBytesPerSecond = 1000;
constexpr long kReceiveBuffer = 256L << 10;

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

/// The two numbers that matter of "bytes 100-199/1000"; false when it is something else.
bool parse_content_range(std::string_view text, ResponseHead& head) {
  if (!text.starts_with("bytes ")) return false;
  text.remove_prefix(6);
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, head.offset).ec != std::errc()) return false;
  const auto slash = text.find('/');
  std::uintmax_t total = 0;
  if (slash != std::string_view::npos &&
      std::from_chars(text.data() + slash + 1, end, total).ec == std::errc()) {
    head.total = total;
  }
  return true;
}

/// If-Range takes no weak tags, and a date only says which second.
std::string validator_of(CURL* handle) {
  const std::string tag = header(handle, "etag");
  return tag.empty() || tag.starts_with("W/") ? header(handle, "last-modified") : tag;
}

ResponseHead head_of(CURL* handle) {
  ResponseHead head;
  curl_off_t length = -1;
  curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  const std::string encoding = header(handle, "content-encoding");
  head.content_type = header(handle, "content-type");
  if (!encoding.empty() && encoding != "identity") return head;
  head.validator = validator_of(handle);
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
  bool wrong_range = false;
  std::exception_ptr failure;

  bool good_status() const {
    const long status = status_of(handle);
    return over_file(handle) || status == 200 || (status == 206 && request.offset > 0);
  }

  bool begin() {
    if (begun) return true;
    ResponseHead head = head_of(handle);
    if (status_of(handle) == 206) {
      head.total.reset();
      wrong_range = !parse_content_range(header(handle, "content-range"), head) ||
                    head.offset != request.offset;
      if (wrong_range) return false;
    }
    begun = true;
    sink.begin(head);
    return true;
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

void set_limits(CURL* handle, const TransferLimits& limits) {
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits.connect.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(limits.total.count()));
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
  const std::string agent = "halfproof/" + build_record()["version"].get<std::string>();
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "identity");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, kReceiveBuffer);
  if (request.offset == 0) return;
  curl_easy_setopt(handle, CURLOPT_RANGE, (std::to_string(request.offset) + "-").c_str());
}

HeaderList headers_for(const TransferRequest& request) {
  HeaderList headers(nullptr, &curl_slist_free_all);
  if (request.offset > 0 && !request.validator.empty()) {
    headers.reset(curl_slist_append(nullptr, ("If-Range: " + request.validator).c_str()));
  }
  return headers;
}

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

TransferResult judge_status(CURL* handle) {
  const long status = status_of(handle);
  TransferResult result;
  result.reason = "HTTP status " + std::to_string(status);
  if (status == 416) {
    result.outcome = Outcome::kRestart;
  } else if (status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505)) {
    curl_off_t seconds = 0;
    curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds);
    result.outcome = Outcome::kTransient;
    result.retry_after = std::chrono::seconds(seconds);
  }
  return result;
}

TransferResult judge_failure(CURLcode code, const char* message, const TransferRequest& request) {
  TransferResult result;
  result.outcome = is_transient(code) ? Outcome::kTransient : Outcome::kPermanent;
  result.reason = *message != '\0' ? message : curl_easy_strerror(code);
  if (code == CURLE_UNSUPPORTED_PROTOCOL) {
    result.reason = request.url.starts_with("https:")
                        ? "a redirect away from https, which is not followed"
                        : "a redirect to another scheme than http or https, which is not followed";
  }
  return result;
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
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &on_bytes);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &transfer);

  const CURLcode code = curl_easy_perform(handle.get());
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  if (transfer.wrong_range) return {Outcome::kRestart, "another range than asked for"};
  const bool answered = code == CURLE_OK || code == CURLE_WRITE_ERROR;
  if (answered && !transfer.good_status()) return judge_status(handle.get());
  if (code != CURLE_OK) return judge_failure(code, message.data(), request);
  if (!transfer.begin()) return {Outcome::kRestart, "another range than asked for"};
  return {Outcome::kDone, ""};
}

}  // namespace harness
