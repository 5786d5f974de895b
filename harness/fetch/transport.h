#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace harness {

/// What ends a transfer that would not end by itself.
struct TransferLimits {
  std::chrono::milliseconds connect{15000};
  std::chrono::seconds stall{30};                           ///< This long below 1000 bytes/s.
  std::chrono::milliseconds total = std::chrono::hours(6);  ///< 0: as long as it takes.
  int redirects = 5;
};

/// Whether the user asked to stop. Asked about once a second or more often; empty: never.
using Interrupted = std::function<bool()>;

struct TransferRequest {
  std::string url;
  std::uintmax_t offset = 0;  ///< Ask for the bytes from here on (Range).
  std::string validator;      ///< ETag or date that the bytes before `offset` had (If-Range).
  TransferLimits limits;
  std::optional<std::uintmax_t> total = {};  ///< Size of the file that those bytes are of.
  Interrupted interrupted = {};
};

/// What a server says before the bytes.
struct ResponseHead {
  std::uintmax_t offset = 0;            ///< Where the bytes start: as asked for, or 0.
  std::optional<std::uintmax_t> total;  ///< Size of the whole file, where it is known.
  std::string validator;     ///< Strong ETag, else Last-Modified, else "": not resumable.
  std::string content_type;  ///< "text/html; charset=utf-8"; as sent, but harmless to print.
  /// False for a body that ends where the connection does: then one that was cut off looks whole.
  bool delimited = true;
};

/// Where the bytes of a transfer go. What these throw ends the transfer and comes out of get().
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Once for each good response (200 or 206), also for one without any bytes.
  virtual void begin(const ResponseHead& head) = 0;
  virtual void write(std::span<const std::byte> bytes) = 0;
};

struct TransferResult {
  enum class Outcome {
    kDone,
    kTransient,  ///< May work next time: network, timeout, cut off, 408, 429, 5xx.
    kRestart,    ///< The range that was asked for is not there or is of another file: ask for all.
    kInterrupted,
    kPermanent,  ///< Will not get better: other statuses, certificate, redirects, no such file.
  };
  Outcome outcome = Outcome::kPermanent;
  std::string reason;                   ///< Without secrets; "" when done.
  std::chrono::seconds retry_after{0};  ///< What the server asked for; 0 when it did not.
  std::string advice = {};              ///< What to do about it; "" when done.
};

/// Gets bytes from a URL once: no retries, no files.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual TransferResult get(const TransferRequest& request, BodySink& sink) = 0;
};

}  // namespace harness
