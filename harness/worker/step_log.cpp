#include "harness/worker/step_log.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/base/error.h"
#include "harness/run/weight_digest.h"

namespace harness {
namespace {

constexpr std::size_t kDigits = 16;

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw Error(ErrorCode::kIo, path.string(),
              std::string("expected to write the steps of the training: ") + std::strerror(errno));
}

}  // namespace

StepLog::StepLog(std::filesystem::path path, std::uintmax_t keep_bytes)
    : path_(std::move(path)), size_(keep_bytes) {
  file_.reset(std::fopen(path_.c_str(), keep_bytes > 0 ? "r+e" : "we"));
  if (file_ == nullptr) fail(path_);
  const auto size = static_cast<off_t>(keep_bytes);
  if (ftruncate(fileno(file_.get()), size) != 0 || fseeko(file_.get(), size, SEEK_SET) != 0) {
    fail(path_);
  }
}

void StepLog::add(const Iteration& iteration) {
  const StepRecord& step = iteration.step;
  Json line = {{"step", step.step},
               {"epoch", iteration.position.epoch},
               {"lr", iteration.lr},
               {"loss", number_or_null(step.loss)},
               {"scale", number_or_null(step.scale)},
               {"overflow", step.overflow},
               {"skipped", step.skipped},
               {"grad_norm", number_or_null(step.grad_norm)}};
  if (!iteration.digests.empty()) {
    line["digest"] = combined_digest(iteration.digests);
    for (const auto& [name, digest] : iteration.digests) {
      line["tensors"][name] = digest.substr(0, kDigits);
    }
  }
  const std::string text = line.dump() + "\n";
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail(path_);
  size_ += text.size();
}

std::uintmax_t StepLog::flush() {
  if (std::fflush(file_.get()) != 0 || fsync(fileno(file_.get())) != 0) fail(path_);
  return size_;
}

}  // namespace harness
