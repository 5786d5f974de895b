#include "harness/cli/worker_versions.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/worker_process.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

/// What a worker says of itself; null where it does not.
struct Answer {
  Json versions = Json::object();
  Json build;
};

Answer ask(const WorkerOptions& options) {
  Answer answer;
  const auto take = [&answer](const Json& event) {
    if (event.contains("versions")) answer.versions.update(event.at("versions"));
    if (event.contains("build")) answer.build = event.at("build");
  };
  try {
    // Nothing is computed: the answer takes as long as loading the libraries.
    const std::chrono::seconds patience(std::min<std::int64_t>(options.timeout_s, 60));
    run_worker({options.worker, {"versions"}, {{"device", options.device}}, {patience}}, take,
               interrupted);
  } catch (const Error&) {
    // The stage that needs this worker says why it cannot be started.
  }
  return answer;
}

/// Each program is asked once.
const Answer& answer_of(const WorkerOptions& options) {
  static std::map<std::string, Answer> known;
  const std::string digest = digest_of_worker(options);
  auto found = known.find(digest + options.device);
  if (found == known.end()) {
    const Answer said = digest.empty() ? Answer() : ask(options);
    Answer answer{{{"program", digest}}, said.build};
    answer.versions.update(said.versions);
    found = known.emplace(digest + options.device, std::move(answer)).first;
  }
  return found->second;
}

}  // namespace

Json worker_versions(const WorkerOptions& options) {
  return answer_of(options).versions;
}

void require_same_build(const WorkerOptions& options) {
  const Answer& answer = answer_of(options);
  const bool says_nothing = answer.versions.size() <= 1 && answer.build.is_null();
  if (says_nothing) return;
  const BuildRecord ours = build_record();
  const auto refuse = [&](const std::string& found) {
    throw Error(
        ErrorCode::kUsage, options.worker.string(),
        fmt::format("expected the worker of this halfproof, {}, got {}; build halfproof and "
                    "halfproof-worker from one source, and keep them together",
                    build_text(ours), found));
  };
  if (answer.build.is_null()) refuse("one that does not say its commit");
  const auto theirs = record_from_json<BuildRecord>(answer.build, options.worker.string(), "build");
  const Json expected = record_to_json(ours);
  const Json found = record_to_json(theirs);  // It must outlive its items.
  for (const auto& [key, value] : found.items()) {
    if (value == expected.at(key)) continue;
    refuse(fmt::format("one {}, whose {} is {} and not {}", build_text(theirs), key, value.dump(),
                       expected.at(key).dump()));
  }
}

}  // namespace harness
