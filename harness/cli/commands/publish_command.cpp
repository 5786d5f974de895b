#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "harness/base/json.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/publish.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"

namespace harness {
namespace {

struct PublishArguments {
  std::filesystem::path file;
  std::filesystem::path output;
  std::string format;
  bool json = false;
};

Json to_json(const PublishedFile& published) {
  return {{"schema", "halfproof.publish/1"},
          {"file", published.path.string()},
          {"sha256", published.sha256},
          {"size", published.size},
          {"format", to_string(published.format)},
          {"tensors", published.tensors},
          {"removed", published.removed},
          {"changed", published.changed},
          {"was_there", published.was_there}};
}

void print(const PublishedFile& published) {
  std::printf("%s%s\n", printable(published.path.string()).c_str(),
              published.was_there ? " (was there already, the same bytes)" : "");
  std::printf("  sha256   %s\n", published.sha256.c_str());
  std::printf("  size     %ju bytes, %s, %zu tensors\n", published.size,
              std::string(to_string(published.format)).c_str(), published.tensors);
  for (const auto& key : published.removed) std::printf("  removed  %s\n", key.c_str());
  for (const auto& note : published.changed)
    std::printf("  changed  %s\n", printable(note).c_str());
}

void publish(const PublishArguments& options) {
  PublishOptions how{.output = options.output};
  if (!options.format.empty()) {
    how.format = options.format == "zip" ? CheckpointFormat::kZip : CheckpointFormat::kLegacy;
  }
  const PublishedFile published = publish_checkpoint(options.file, how);
  if (options.json) {
    std::printf("%s\n", to_json(published).dump(1).c_str());
  } else {
    print(published);
  }
}

}  // namespace

void add_publish_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<PublishArguments>();
  auto* command = program.add_subcommand(
      "publish", "Strips a training checkpoint's optimizer and names the file after its hash");
  add_positional(*command, "FILE", options->file, "A .pth file");
  add_value(*command, "-o,--output", options->output, "PATH",
            "A folder, or the new file's path up to its hash (default: beside FILE)");
  add_value(*command, "--format", options->format, "FORMAT", "zip or legacy (default: as FILE)")
      ->check(CLI::IsMember({"zip", "legacy"}));
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof publish work_dirs/fcn/latest.pth -o published",
             "0 the file is written, 2 unusable input");
  command->callback([options, &exit_code] {
    publish(*options);
    exit_code = 0;
  });
}

}  // namespace harness
