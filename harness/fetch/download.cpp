#include "harness/fetch/download.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>

#include "harness/base/error.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = TransferResult::Outcome;
using std::chrono::milliseconds;

/// Less than this in a try is no progress: a server that cuts each try off must not keep us
/// forever.
constexpr std::uintmax_t kProgressBytes = 1U << 20;
constexpr std::chrono::seconds kLongestRetryAfter{120};
constexpr milliseconds kNap{100};

double random_jitter() {
  thread_local std::mt19937 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.75, 1.25)(engine);
}

class Attempts {
 public:
  Attempts(const DownloadRequest& request, Transport& transport)
      : request_(request),
        transport_(transport),
        part_(request.part, {sha256_hex(request.url.full), request.max_bytes, request.pinned,
                             request.reuse, request.progress}) {}

  Downloaded run() {
    while (!part_.complete()) {
      stop_when_interrupted();
      const std::uintmax_t before = part_.high_water();
      const TransferResult result = transport_.get(next_request(), part_);
      if (result.outcome == Outcome::kDone) break;
      if (result.outcome == Outcome::kInterrupted) stop();
      if (result.outcome == Outcome::kPermanent) give_up(result, "");
      if (result.outcome == Outcome::kRestart) part_.restart();
      failures_ = part_.high_water() >= before + kProgressBytes ? 1 : failures_ + 1;
      if (failures_ > request_.retries) {
        give_up(result,
                failures_ == 1 ? std::string() : fmt::format(" (after {} tries)", failures_));
      }
      if (result.outcome == Outcome::kTransient) wait_for(result);
    }
    return {part_.finish(), part_.size(), part_.reused(), part_.content_type(), part_.delimited()};
  }

 private:
  TransferRequest next_request() const {
    const bool resume = !part_.validator().empty();
    TransferRequest next{request_.url.full, resume ? part_.size() : 0,
                         part_.validator(), request_.limits,
                         part_.total(),     request_.interrupted};
    if (bounded()) next.limits.total = std::max(milliseconds(1), time_left());
    return next;
  }

  bool bounded() const { return request_.limits.total > milliseconds(0); }
  milliseconds time_left() const {
    return std::chrono::duration_cast<milliseconds>(started_ + request_.limits.total -
                                                    Clock::now());
  }

  void wait_for(const TransferResult& result) {
    if (result.retry_after > kLongestRetryAfter) {
      give_up(result, fmt::format(", and the server asks to come back in {} s",
                                  result.retry_after.count()));
    }
    const auto pause =
        std::max<milliseconds>(backoff(failures_, random_jitter()), result.retry_after);
    if (bounded() && pause >= time_left()) {
      give_up(result,
              fmt::format(", and the limit of {} ms for all tries leaves no time for another",
                          request_.limits.total.count()));
    }
    if (request_.wait) {
      request_.wait(pause);
    } else {
      sleep(pause);
    }
  }

  /// In short naps, so that an interrupt does not wait for the end.
  void sleep(milliseconds pause) const {
    const auto end = Clock::now() + pause;
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
      stop_when_interrupted();
      std::this_thread::sleep_for(std::min<Clock::duration>(end - now, kNap));
    }
  }

  void stop_when_interrupted() const {
    if (request_.interrupted && request_.interrupted()) stop();
  }

  [[noreturn]] void stop() const {
    throw Error(ErrorCode::kInterrupted, request_.url.shown,
                "expected the file, got an interrupt" + arrived());
  }

  /// What there is of the file, and what comes of it.
  std::string arrived() const {
    if (part_.size() == 0) return "";
    const bool kept = request_.reuse && !part_.validator().empty();
    return fmt::format("; {} bytes arrived{}", part_.size(),
                       kept ? " and are kept, the same command goes on from there" : "");
  }

  [[noreturn]] void give_up(const TransferResult& result, const std::string& remark) const {
    std::string detail =
        fmt::format("expected the file, got: {}{}{}", result.reason, remark, arrived());
    if (!result.advice.empty()) detail += "; " + result.advice;
    throw Error(ErrorCode::kFetchFailed, request_.url.shown, detail);
  }

  const DownloadRequest& request_;
  Transport& transport_;
  PartFile part_;
  int failures_ = 0;
  Clock::time_point started_ = Clock::now();
};

}  // namespace

Downloaded download(const DownloadRequest& request, Transport& transport) {
  try {
    return Attempts(request, transport).run();
  } catch (const Error& error) {
    if (error.subject() == request.url.shown) throw;
    const bool mismatch = error.code() == ErrorCode::kChecksumMismatch;
    throw Error(mismatch ? error.code() : ErrorCode::kFetchFailed, request.url.shown,
                error.subject() + ": " + error.detail());
  }
}

std::chrono::milliseconds backoff(int failures, double jitter) {
  const double seconds = std::min(30.0, std::exp2(failures - 1));
  return std::chrono::milliseconds(std::llround(seconds * 1000 * jitter));
}

}  // namespace harness
