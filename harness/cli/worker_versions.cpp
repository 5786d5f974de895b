#include "harness/cli/worker_versions.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "harness/base/error.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/worker_process.h"

namespace harness {
namespace {

Json ask(const WorkerOptions& options) {
  Json versions = Json::object();
  const auto take = [&versions](const Json& event) {
    if (event.contains("versions")) versions.update(event.at("versions"));
  };
  try {
    // Nothing is computed: the answer takes as long as loading the libraries.
    const std::chrono::seconds patience(std::min<std::int64_t>(options.timeout_s, 60));
    run_worker({options.worker, {"versions"}, {{"device", options.device}}, {patience}}, take,
               interrupted);
  } catch (const Error&) {
    // The stage that needs this worker says why it cannot be started.
  }
  return versions;
}

}  // namespace

Json worker_versions(const WorkerOptions& options) {
  static std::map<std::string, Json> known;
  const std::string digest = digest_of_worker(options);
  auto found = known.find(digest + options.device);
  if (found == known.end()) {
    Json versions = {{"program", digest}};
    if (!digest.empty()) versions.update(ask(options));
    found = known.emplace(digest + options.device, versions).first;
  }
  return found->second;
}

}  // namespace harness
