#include "harness/record/experiment.h"

#include <array>
#include <utility>

#include "harness/base/error.h"

namespace harness {
namespace {

constexpr std::string_view kSchema = "halfproof.experiment/1";

constexpr std::array<std::pair<RunStatus, std::string_view>, 3> kStatuses{
    {{RunStatus::kOk, "ok"}, {RunStatus::kError, "error"}, {RunStatus::kSkipped, "skipped"}}};

std::string_view status_text(RunStatus status) {
  for (const auto& [value, text] : kStatuses) {
    if (value == status) return text;
  }
  return "error";
}

RunStatus status_from(const Json& value, std::string_view subject) {
  for (const auto& [status, text] : kStatuses) {
    if (value == text) return status;
  }
  throw Error(ErrorCode::kInvalidJson, subject,
              "expected status ok, error or skipped, got " + value.dump());
}

const Json& object_at(const Json& value, const char* key, std::string_view subject) {
  const Json& found = value.at(key);
  if (found.is_object()) return found;
  throw Error(ErrorCode::kInvalidJson, subject,
              std::string("expected an object under ")
                  .append(key)
                  .append(", got ")
                  .append(describe_type(found)));
}

}  // namespace

std::string experiment_file_stem(std::string_view name, std::string_view row) {
  return std::string(name).append(".").append(row);
}

Json to_json(const Experiment& experiment) {
  Json charts = Json::array();
  for (const auto& chart : experiment.charts) charts.push_back(to_json(chart));
  return {{"schema", kSchema},
          {"name", experiment.name},
          {"source", experiment.source},
          {"suite", experiment.suite},
          {"row", experiment.row},
          {"status", status_text(experiment.status)},
          {"reason", experiment.reason},
          {"started", experiment.started},
          {"elapsed_s", experiment.elapsed_s},
          {"argv", experiment.argv},
          {"seeds", experiment.seeds},
          {"settings", experiment.settings},
          {"environment", experiment.environment},
          {"measurements", experiment.measurements},
          {"charts", charts}};
}

Experiment experiment_from_json(const Json& value, std::string_view subject) {
  try {
    if (value.at("schema") != kSchema) {
      throw Error(ErrorCode::kInvalidJson, subject,
                  std::string("expected schema ")
                      .append(kSchema)
                      .append(", got ")
                      .append(value.at("schema").dump()));
    }
    Experiment experiment;
    experiment.name = value.at("name").get<std::string>();
    experiment.source = value.at("source").get<std::string>();
    experiment.suite = value.at("suite").get<std::string>();
    experiment.row = value.at("row").get<std::string>();
    experiment.status = status_from(value.at("status"), subject);
    experiment.reason = value.at("reason").get<std::string>();
    experiment.started = value.at("started").get<std::string>();
    experiment.elapsed_s = value.at("elapsed_s").get<double>();
    experiment.argv = value.at("argv").get<std::vector<std::string>>();
    experiment.seeds = object_at(value, "seeds", subject);
    experiment.settings = object_at(value, "settings", subject);
    experiment.environment = object_at(value, "environment", subject);
    experiment.measurements = object_at(value, "measurements", subject);
    for (const auto& chart : value.at("charts")) {
      experiment.charts.push_back(chart_from_json(chart, subject));
    }
    return experiment;
  } catch (const nlohmann::json::exception& wrong) {
    throw Error(ErrorCode::kInvalidJson, subject, wrong.what());
  }
}

}  // namespace harness
