#include "harness/checkpoint/publish.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/output_file.h"
#include "harness/base/sha256.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/checkpoint_writer.h"
#include "harness/checkpoint/pickle/pickle_python.h"
#include "harness/checkpoint/state_dict_search.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kHashDigits = 8;

/// Top-level keys under which there is the state of an optimizer, or of several.
std::vector<std::string> keys_of_optimizers(const PickleTree& tree) {
  std::vector<std::string> keys = {"optimizer"};
  for (const std::string& path : find_optimizers(tree)) keys.push_back(path);
  return keys;
}

std::string without_suffix(std::string name, std::string_view suffix) {
  if (name.size() > suffix.size() && name.ends_with(suffix)) {
    name.resize(name.size() - suffix.size());
  }
  return name;
}

/// Creates a folder of that name in a folder that exists.
void create_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directory(folder, failed);
  if (failed) throw Error(ErrorCode::kIo, folder.string(), "cannot create: " + failed.message());
}

/// Where the file goes, up to its hash.
fs::path stem_for(const fs::path& input, const std::string& sha256, const fs::path& output) {
  if (output.empty()) return input.parent_path() / published_stem(input, sha256);
  std::error_code ignored;
  const fs::file_status there = fs::status(output, ignored);
  if (output.filename().empty() || fs::is_directory(there)) {
    if (!fs::is_directory(there)) create_folder(output.parent_path());
    return output / published_stem(input, sha256);
  }
  if (fs::is_other(there)) {
    throw Error(ErrorCode::kIo, output.string(),
                "expected a folder or the new file's path up to its hash, got a device or a pipe");
  }
  require_output_place(output);
  return output.parent_path() / without_suffix(output.filename().string(), ".pth");
}

[[noreturn]] void fail(const fs::path& path, const std::string& detail) {
  throw Error(ErrorCode::kIo, path.string(), detail);
}

/// What was written has to hold what was read, down to the bits.
void compare(const Checkpoint& original, const Checkpoint& copy, const fs::path& path) {
  const auto& expected = original.state_dict();
  const auto& got = copy.state_dict();
  bool same = expected.size() == got.size() && original.meta() == copy.meta() &&
              original.state_dict_values() == copy.state_dict_values();
  for (std::size_t index = 0; same && index < got.size(); ++index) {
    same = expected[index].name == got[index].name &&
           tensor_digest(expected[index]) == tensor_digest(got[index]);
  }
  if (!same) fail(path, "expected the copy to read like the original, it does not: nothing kept");
}

/// Only whole top-level entries are taken out.
void refuse_optimizers(const Checkpoint& copy, const fs::path& input) {
  if (copy.optimizers().empty()) return;
  const std::string& first = copy.optimizers().front();
  throw Error(ErrorCode::kInvalidFile, input.string(),
              fmt::format("expected the states of optimizers under keys of their own at the top, "
                          "which are taken out, got one {}: save the weights without it",
                          first.empty() ? "that is the file itself" : "in " + first));
}

/// Gives the file its name unless the same bytes are there under it. Returns whether they are.
bool place(AtomicFile& file, const std::string& sha256) {
  std::error_code ignored;
  if (fs::exists(file.path(), ignored) && sha256_file(file.path()) == sha256) return true;
  file.commit(ExistingFile::kRefuse);
  return false;
}

}  // namespace

std::string published_stem(const fs::path& input, const std::string& sha256) {
  const std::string name = without_suffix(input.filename().string(), ".pth");
  return without_suffix(name, std::string("-").append(sha256, 0, kHashDigits));
}

PublishedFile publish_checkpoint(const fs::path& input, const PublishOptions& options) {
  const MappedFile bytes(input);
  const FormattedPickle read = read_either_format(bytes.bytes(), input.string());
  refuse_what_runs(read.stored.tree.code, input.string());
  const RewritableValue content =
      to_python_value(read.stored, input.string(), keys_of_optimizers(read.stored.tree));
  const fs::path stem = stem_for(input, sha256_file(input), options.output);
  AtomicFile file(stem);
  PublishedFile published;
  published.format = options.format.value_or(read.format);
  WrittenCheckpoint written;
  try {
    written = write_checkpoint(file, content.value, published.format);
  } catch (const std::invalid_argument& wrong) {
    throw Error(ErrorCode::kInvalidFile, input.string(), wrong.what());
  }
  file.sync();
  if (sha256_file(file.temporary()) != written.sha256) {
    fail(file.path(), "expected the disk to hold what was written, it does not");
  }
  const Checkpoint copy = Checkpoint::open(file.temporary());
  compare(Checkpoint::open(input), copy, file.path());
  refuse_optimizers(copy, input);
  file.rename_to(
      fmt::format("{}-{}.pth", stem.filename().string(), written.sha256.substr(0, kHashDigits)));
  published.was_there = place(file, written.sha256);
  published.path = file.path();
  published.sha256 = written.sha256;
  published.size = written.size;
  published.tensors = copy.state_dict().size();
  published.removed = content.left_out;
  published.changed = content.changed;
  return published;
}

}  // namespace harness
