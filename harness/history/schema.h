#pragma once

#include <array>
#include <string_view>

namespace harness {

/// Marks the SQLite file as a history of halfproof ("hpH1", PRAGMA application_id).
inline constexpr int kHistoryApplication = 0x68704831;

/// Steps from one version of the schema to the next: step i leads from version i to i + 1 (PRAGMA
/// user_version; 0 is an empty file). A step that was released never changes: files of its version
/// exist.
inline constexpr std::size_t kHistoryVersions = 2;
const std::array<std::string_view, kHistoryVersions>& history_migrations() noexcept;

}  // namespace harness
