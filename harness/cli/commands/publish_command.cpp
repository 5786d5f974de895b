#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "harness/base/json.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/publish.h"
#include "harness/cli/command.h"

namespace harness {
namespace {

struct Options {
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

void publish(const Options& options) {
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
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "publish", "Strips a training checkpoint's optimizer and names the file after its hash");
  command->add_option("FILE", options->file, "A .pth file")->required();
  command->add_option("-o,--output", options->output,
                      "A folder, or the new file's path up to its hash; beside FILE unless given");
  command->add_option("--format", options->format, "zip or legacy; FILE's own unless given")
      ->check(CLI::IsMember({"zip", "legacy"}));
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &exit_code] {
    publish(*options);
    exit_code = 0;
  });
}

}  // namespace harness
