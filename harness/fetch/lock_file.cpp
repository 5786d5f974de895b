#include "harness/fetch/lock_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/file_lock.h"
#include "harness/base/json.h"
#include "harness/base/location.h"
#include "harness/base/output_file.h"
#include "harness/base/sha256.h"
#include "harness/fetch/leftovers.h"
#include "harness/fetch/url.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSchema = "halfproof.lock/1";

Trust trust_from(ObjectReader& reader) {
  const std::string text = reader.required_string("trust");
  for (const auto trust : {Trust::kLocked, Trust::kNameHash, Trust::kFirstUse}) {
    if (text == to_string(trust)) return trust;
  }
  reader.fail("trust", "expected locked, name-hash or first-use, got " + text);
}

std::vector<std::string> urls_from(ObjectReader& reader) {
  const Json& list = reader.required("urls");
  if (!list.is_array()) reader.fail("urls", "expected an array of strings");
  std::vector<std::string> urls;
  for (const Json& url : list) {
    if (!url.is_string()) reader.fail("urls", "expected an array of strings");
    urls.push_back(url.get<std::string>());
    const bool machine_path = !is_url(urls.back()) && fs::path(urls.back()).is_absolute();
    if (urls.back().empty() || machine_path) {
      reader.fail("urls",
                  "expected URLs and paths relative to this file, got \"" + urls.back() + "\"");
    }
  }
  return urls;
}

LockEntry entry_from(ObjectReader reader) {
  LockEntry entry;
  entry.sha256 = reader.required_string("sha256");
  if (!is_sha256(entry.sha256)) {
    reader.fail("sha256", "expected 64 lower-case hex digits, got \"" + entry.sha256 + "\"");
  }
  const std::int64_t size = reader.required_integer("size");
  if (size < 0) reader.fail("size", fmt::format("expected 0 or more, got {}", size));
  entry.size = static_cast<std::uintmax_t>(size);
  entry.urls = urls_from(reader);
  entry.trust = trust_from(reader);
  entry.added = reader.required_string("added");
  reader.finish();
  return entry;
}

LockEntries entries_from(const Json& file, const std::string& subject) {
  ObjectReader root(file, subject, "");
  const std::string schema = root.required_string("schema");
  if (schema != kSchema) {
    root.fail("schema", fmt::format("expected {}, got {}", kSchema, schema));
  }
  const Json& files = root.required("files");
  root.finish();
  if (!files.is_object()) root.fail("files", "expected an object");
  LockEntries entries;
  for (const auto& [name, value] : files.items()) {
    if (!is_plain_file_name(name)) root.fail("files", "expected file names as keys, got " + name);
    entries[name] = entry_from(ObjectReader(value, subject, "files[\"" + name + "\"]"));
  }
  return entries;
}

}  // namespace

std::string_view to_string(Trust trust) noexcept {
  switch (trust) {
    case Trust::kLocked:
      return "locked";
    case Trust::kNameHash:
      return "name-hash";
    case Trust::kFirstUse:
      return "first-use";
  }
  return "unknown";
}

LockEntries read_lock_file(const fs::path& path) {
  if (path.empty() || !fs::exists(path)) return {};
  const Json file = read_json_file(path);
  try {
    return entries_from(file, path.string());
  } catch (const Error& error) {
    throw Error(ErrorCode::kInvalidJson, error.subject(), error.detail());
  }
}

void write_lock_file(const fs::path& path, const LockEntries& entries) {
  Json files = Json::object();
  for (const auto& [name, entry] : entries) {
    files[name] = {{"sha256", entry.sha256},
                   {"size", entry.size},
                   {"urls", entry.urls},
                   {"trust", to_string(entry.trust)},
                   {"added", entry.added}};
  }
  write_json_file(path, {{"schema", kSchema}, {"files", std::move(files)}});
}

void add_to_lock_file(const fs::path& named, const std::string& name, const LockEntry& entry) {
  // Who reaches the file by a link must wait for who reaches it by its name.
  const fs::path path = link_target(named);
  std::error_code ignored;
  fs::create_directories(folder_of(path), ignored);
  const FileLock lock = FileLock::on_folder(folder_of(path));
  remove_leftovers(path);
  LockEntries entries = read_lock_file(path);
  const auto [found, added] = entries.emplace(name, entry);
  if (added) {
    write_lock_file(path, entries);
  } else if (found->second.sha256 != entry.sha256) {
    throw Error(ErrorCode::kChecksumMismatch, path.string(),
                fmt::format("{}: expected sha256 {} (as pinned), got {}", name,
                            found->second.sha256, entry.sha256));
  }
}

std::string path_for_lock(const fs::path& lock, const fs::path& file) {
  std::error_code failed;
  const fs::path folder = fs::weakly_canonical(fs::absolute(folder_of(lock)), failed);
  const fs::path target = fs::weakly_canonical(fs::absolute(file), failed);
  const auto first = [](const fs::path& path) { return *path.relative_path().begin(); };
  if (failed || folder.relative_path().empty() || target.relative_path().empty() ||
      first(folder) != first(target)) {
    return "";
  }
  return target.lexically_relative(folder).generic_string();
}

}  // namespace harness
