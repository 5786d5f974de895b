#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/fetch/lock_file.h"

namespace harness {

/// What is known of a published file before its bytes are: its name, the hash in its name and what
/// the lock file pins. The lock file has the last word.
class Expectation {
 public:
  /// Reads the lock file ("" for none). Throws what read_lock_file throws.
  Expectation(const std::filesystem::path& lock, std::string name);

  const std::string& name() const noexcept { return name_; }
  const std::optional<LockEntry>& locked() const noexcept { return locked_; }

  /// What bytes are held against.
  Trust trust() const noexcept;
  bool is_met_by(const std::string& sha256) const;
  /// For messages: which digest is expected and who says so.
  std::string describe() const;

 private:
  std::filesystem::path lock_;
  std::string name_;
  std::string name_hash_;
  std::optional<LockEntry> locked_;
};

}  // namespace harness
