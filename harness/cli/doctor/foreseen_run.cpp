#include "harness/cli/doctor/foreseen_run.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "harness/base/location.h"
#include "harness/base/measurement.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/evaluate_stage.h"
#include "harness/cli/worker_process.h"
#include "harness/fetch/curl_transport.h"
#include "harness/fetch/url.h"
#include "harness/judge/finding.h"

namespace harness {
namespace {

/// Ends a transfer once the server answered.
struct Answered {};

class HeadOnly : public BodySink {
 public:
  void begin(const ResponseHead&) override { throw Answered(); }
  void write(std::span<const std::byte>) override {}
};

/// "host:port" of a URL.
std::string server_of(const std::string& url) {
  const std::string rest = url.substr(url.find("://") + 3);
  return rest.substr(0, rest.find('/'));
}

bool is_evaluation(const AskedExecution& execution) {
  return stage_that_brings(execution.stage) == "evaluate";
}

/// Files that the row publishes and that are not here, although they may be elsewhere.
std::vector<std::string> missing_files(const Row& row, const ExamineRecord& record) {
  std::vector<std::string> missing;
  const auto look = [&](const auto& file, const std::string& location) {
    const bool is_missing = file && file->error && file->error->kind == FileErrorKind::kUnreachable;
    if (is_missing) missing.push_back(location);
  };
  look(record.checkpoint, row.checkpoint);
  look(record.log, row.log);
  return missing;
}

RowEnd first_of_all(const std::vector<RowEnd>& obstacles) {
  return obstacles.empty() ? RowEnd{} : obstacles.front();
}

std::vector<RowEnd> joined(std::vector<RowEnd> first, const std::vector<RowEnd>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// The worker's own estimate of an execution: kOk where the memory suffices.
RowEnd ask_for_memory(const Suite& suite, const Row& row, const ExaminedRow& examined,
                      const AskedExecution& execution, const RunPlan& plan) {
  const WorkerOptions options = worker_options(plan);
  const bool is_drawn = execution.stage == "memory";
  Json job = row_job(suite, row, is_drawn ? std::filesystem::path() : examined.checkpoint, {}, ".",
                     options);
  job["results"] = wanted_results({execution});
  RowEnd answer = {RunStatus::kError, "worker: said nothing of the memory it needs"};
  std::string failure;
  const auto on_event = [&](const Json& event) {
    const std::string kind = event.value("event", "");
    if (kind == "error" || kind == "unavailable") failure = event.value("message", "");
    if (kind != "foreseen") return;
    const std::string reason = event.value("reason", "");
    answer = {reason.empty() ? RunStatus::kOk : RunStatus::kSkipped, reason};
  };
  const WorkerCommand command{
      options.worker, {"memory-needs"}, job, {std::chrono::seconds(options.timeout_s)}};
  const WorkerEnd end = run_worker(command, on_event, interrupted);
  if (!end.ok && answer.status == RunStatus::kError) {
    answer.reason = "worker: " + (failure.empty() ? end.reason : failure);
  }
  return answer;
}

/// The obstacles of one row's stages.
class RowObstacles {
 public:
  RowObstacles(const Suite& suite, const Row& row, const RunPlan& plan, const WorkerOutlook& worker,
               const ExaminedRow& examined)
      : suite_(suite), row_(row), plan_(plan), worker_(worker), examined_(examined) {}

  std::vector<RowEnd> of(const AskedExecution& execution) {
    if (is_evaluation(execution)) {
      return joined(evaluation_obstacles(suite_, examined_, worker_options(plan_)),
                    worker_.obstacles);
    }
    if (execution.stage == "train" || execution.stage == "lockstep") return of_training(execution);
    return execution.stage == "memory" ? with_memory(execution, worker_.obstacles)
                                       : worker_.obstacles;
  }

 private:
  std::vector<RowEnd> of_training(const AskedExecution& execution) {
    StoreOptions store = store_options(suite_, plan_);
    store.offline = true;
    const RowEnd obstacle =
        training_obstacle(suite_, row_, examined_, store,
                          train_options(plan_, execution.stage == "train" ? "train" : "lockstep"));
    std::vector<RowEnd> obstacles;
    if (obstacle.status != RunStatus::kOk) obstacles.push_back(obstacle);
    return with_memory(execution, joined(std::move(obstacles), worker_.obstacles));
  }

  /// The worker asks for memory when nothing else stands in its way.
  std::vector<RowEnd> with_memory(const AskedExecution& execution, std::vector<RowEnd> obstacles) {
    if (plan_.device != "cpu" || !obstacles.empty()) return obstacles;
    auto& answers = memory_[execution.stage];
    auto answer = answers.find(execution.precision);
    if (answer == answers.end()) {
      const auto end = ask_for_memory(suite_, row_, examined_, execution, plan_);
      answer = answers.emplace(execution.precision, end).first;
    }
    if (answer->second.status != RunStatus::kOk) obstacles.push_back(answer->second);
    return obstacles;
  }

  const Suite& suite_;
  const Row& row_;
  const RunPlan& plan_;
  const WorkerOutlook& worker_;
  const ExaminedRow& examined_;
  std::map<std::string, std::map<std::string, RowEnd>> memory_;  ///< By stage and precision.
};

RunResult foreseen_result(const Suite& suite, const AskedExecution& execution, const RowEnd& end,
                          const WorkerOutlook& worker, const RunPlan& plan) {
  RunResult result = result_without_run(suite.name, execution, end, worker_options(plan));
  result.environment = worker.environment;
  return result;
}

/// What the cache says of a file names an option that a job with a network does not have.
void say_that_servers_are_silent(const Row& row, ExaminedRow& examined) {
  const auto say = [](auto& file, const std::string& location) {
    const bool is_missing = file && file->error && file->error->kind == FileErrorKind::kUnreachable;
    if (!is_missing) return;
    file->error->text = fmt::format("{} is not in the cache, and no server has it for this machine",
                                    shown_location(location));
  };
  say(examined.record.checkpoint, row.checkpoint);
  say(examined.record.log, row.log);
  examined.result.measurements = record_to_json(examined.record);
}

/// A claim that waits for a file which a server has.
void await_file(ClaimOutlook& outlook) {
  if (outlook.prospect != Prospect::kSkipped || outlook.resource != "network") return;
  outlook.prospect = Prospect::kJudged;
  outlook.reason = "its file is fetched first";
  outlook.resource.clear();
}

}  // namespace

WorkerOutlook worker_outlook(const Json& answer, const RunPlan& plan) {
  WorkerOutlook outlook;
  outlook.environment = command_environment();
  const RowEnd absence = worker_absence(worker_options(plan));
  if (absence.status != RunStatus::kOk) {
    outlook.obstacles.push_back(absence);
  } else if (const std::string why = answer.value("absent", ""); !why.empty()) {
    outlook.obstacles.push_back({RunStatus::kError, "worker: " + why});
  } else {
    outlook.environment = record_from_json<EnvironmentRecord>(answer.at("environment"),
                                                              "the worker's answer", "environment");
    if (plan.device == "cuda" && !answer.at("cuda").at("usable").get<bool>()) {
      outlook.obstacles.push_back(
          {RunStatus::kSkipped, fmt::format("{}: expected a CUDA device, found none ({})", kNoGpu,
                                            text_at(answer, {"cuda", "reason"}))});
    }
  }
  return outlook;
}

bool ReachableFiles::has(const std::string& location) {
  if (!is_url(location)) return false;
  const std::string server = server_of(location);
  if (silent_servers_.contains(server)) return false;
  CurlTransport curl;
  Transport& transport = transport_ == nullptr ? curl : *transport_;
  TransferRequest request;
  request.url = location;
  request.limits.connect = std::chrono::milliseconds(5000);
  request.limits.total = std::chrono::milliseconds(10000);
  request.interrupted = interrupted;
  HeadOnly head;
  try {
    const TransferResult result = transport.get(request, head);
    if (result.outcome == TransferResult::Outcome::kTransient) silent_servers_.insert(server);
  } catch (const Answered&) {
    return true;
  }
  return false;
}

ForeseenRow foresee_row(const Suite& suite, const Row& row, const RunPlan& plan,
                        const WorkerOutlook& worker, ReachableFiles& reachable) {
  ForeseenRow foreseen;
  foreseen.row = &row;
  StoreOptions store = store_options(suite, plan);
  store.offline = true;
  ExaminedRow examined;
  if (examines_files(plan.stages)) examined = examine_row(suite, row, store);
  const std::filesystem::path root = data_root(suite, plan.data);
  foreseen.has_data = !root.empty() && !data_fingerprint(root, suite.data.split).empty();
  const auto missing = missing_files(row, examined.record);
  foreseen.is_to_be_fetched =
      !plan.offline && !missing.empty() &&
      std::all_of(missing.begin(), missing.end(),
                  [&](const std::string& location) { return reachable.has(location); });
  if (!plan.offline && !foreseen.is_to_be_fetched) say_that_servers_are_silent(row, examined);
  ExaminedRow as_fetched = examined;
  if (foreseen.is_to_be_fetched && as_fetched.record.checkpoint) {
    as_fetched.record.checkpoint->error.reset();
  }
  RowObstacles obstacles(suite, row, plan, worker, as_fetched);
  for (const auto& execution : executions_of(row, plan)) {
    if (execution.stage == "examine") {
      foreseen.results.push_back(examined.result);
      continue;
    }
    const auto found = obstacles.of(execution);
    foreseen.results.push_back(
        foreseen_result(suite, execution, first_of_all(found), worker, plan));
    std::vector<std::string>& lacks = foreseen.lacks[execution.stage];
    for (const auto& one : found) lacks.push_back(missing_resource(one.reason));
  }
  return foreseen;
}

std::vector<ClaimOutlook> foresee_claims(const Suite& suite, const ForeseenRow& foreseen,
                                         const RunPlan& plan) {
  const JobScope scope{plan.stages, plan.precisions, plan.require};
  SpeedSetup setup;
  setup.height = suite.data.height;
  setup.width = suite.data.width;
  setup.layout = plan.speed.layout;
  setup.cudnn_benchmark = plan.speed.cudnn_benchmark;
  std::vector<ClaimOutlook> outlooks;
  for (const auto& claim : foreseen.row->claims) {
    outlooks.push_back(foresee_claim({*foreseen.row, claim, foreseen.results, scope}, setup));
    if (foreseen.is_to_be_fetched) await_file(outlooks.back());
  }
  return outlooks;
}

}  // namespace harness
