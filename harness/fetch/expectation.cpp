#include "harness/fetch/expectation.h"

#include <fmt/format.h>

#include "harness/base/hash_in_name.h"

namespace harness {

Expectation::Expectation(const std::filesystem::path& lock, std::string name)
    : lock_(lock), name_(std::move(name)), name_hash_(hash_in_name(name_)) {
  const LockEntries entries = read_lock_file(lock_);
  const auto found = entries.find(name_);
  if (found != entries.end()) locked_ = found->second;
}

Trust Expectation::trust() const noexcept {
  if (locked_) return Trust::kLocked;
  return name_hash_.empty() ? Trust::kFirstUse : Trust::kNameHash;
}

bool Expectation::is_met_by(const std::string& sha256) const {
  return locked_ ? sha256 == locked_->sha256 : sha256.starts_with(name_hash_);
}

std::string Expectation::describe() const {
  if (locked_) {
    return fmt::format("sha256 {} and {} bytes ({})", locked_->sha256, locked_->size,
                       lock_.string());
  }
  return name_hash_.empty() ? "any sha256"
                            : "a sha256 that starts with " + name_hash_ + " (its name)";
}

}  // namespace harness
