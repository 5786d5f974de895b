#include "harness/base/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <span>
#include <system_error>

#include "harness/base/descriptor.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// What stands there, links followed; nullopt for nothing.
std::optional<struct stat> status_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return status;
  if (errno == ENOENT) return std::nullopt;
  fail_io(path.string(), "cannot be written to");
}

/// Standard output or error where one of them is this very file, else no descriptor. To open it
/// anew would overwrite from its beginning what was printed, and to replace it would lose that.
Descriptor as_standard_stream(const struct stat& file) {
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    if (::fstat(stream, &status) != 0) continue;
    if (status.st_dev != file.st_dev || status.st_ino != file.st_ino) continue;
    std::fflush(stdout);
    return Descriptor(::dup(stream));
  }
  return Descriptor();
}

}  // namespace

fs::path link_target(const fs::path& path) {
  status_of(path);  // It refuses links in a circle: from here on each chain has an end.
  fs::path target = path;
  std::error_code failed;
  while (fs::is_symlink(fs::symlink_status(target, failed))) {
    const fs::path next = fs::read_symlink(target, failed);
    if (failed) throw Error(ErrorCode::kIo, target.string(), "cannot read: " + failed.message());
    target = folder_of(target) / next;
  }
  return target;
}

void require_output_place(const fs::path& path) {
  const auto found = status_of(path);
  if ((found && S_ISDIR(found->st_mode)) || path.filename().empty()) {
    throw Error(ErrorCode::kIo, path.string(),
                "expected the name of a file to write, got a folder; name a file in it");
  }
  const fs::path folder = folder_of(found ? path : link_target(path));
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return;
  throw Error(ErrorCode::kIo, path.string(),
              "expected an existing folder " + folder.string() +
                  " to write this file into, found none; create it or name another file");
}

void require_no_input(const fs::path& output, const std::vector<fs::path>& inputs) {
  std::error_code unreadable;
  if (output.empty() || !fs::exists(output, unreadable)) return;
  const fs::path place = fs::weakly_canonical(output, unreadable);
  for (const auto& input : inputs) {
    if (input.empty()) continue;
    const fs::path read = fs::weakly_canonical(input, unreadable);
    const bool is_within =
        fs::is_directory(read, unreadable) && place.extension() == ".json" &&
        std::mismatch(read.begin(), read.end(), place.begin(), place.end()).first == read.end();
    if (!is_within && !fs::equivalent(output, input, unreadable)) continue;
    throw Error(ErrorCode::kUsage, output.string(),
                "expected a file to write, got one that is read (" + input.string() +
                    ") and would be lost; name another");
  }
}

void write_output_file(const fs::path& path, std::string_view bytes) {
  require_output_place(path);
  if (const auto found = status_of(path)) {
    Descriptor stream = as_standard_stream(*found);
    if (stream.is_open() || !S_ISREG(found->st_mode)) {
      if (!stream.is_open()) stream = open_file(path, O_WRONLY | O_NOCTTY);
      if (!write_all(stream, std::as_bytes(std::span(bytes)))) {
        fail_io(path.string(), "cannot write");
      }
      return;
    }
  }
  write_file_atomic(link_target(path), bytes);
}

}  // namespace harness
