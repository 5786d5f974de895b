#pragma once

#include <string>
#include <vector>

#include "harness/audit/log_rules.h"

namespace harness {

/// A flawless log for tests to break: 400 iterations, a line every 50, validation every 100.
inline TrainingLog good_log() {
  TrainingLog log;
  log.environment_lines = {1};
  const PolySchedule schedule{.base_lr = 0.01, .iterations = 400};
  std::int64_t line = 1;
  for (std::int64_t iteration = 50; iteration <= 400; iteration += 50) {
    const double rate =
        static_cast<double>(static_cast<std::int64_t>(schedule.at(iteration - 1) * 1e5 + 0.5)) /
        1e5;
    log.train.push_back({++line,
                         iteration,
                         {{"mode", "train"},
                          {"iter", iteration},
                          {"lr", rate},
                          {"memory", 5000},
                          {"decode.loss_seg", 0.5},
                          {"loss", 0.7}}});
    if (iteration % 100 != 0) continue;
    log.validation.push_back(
        {++line,
         iteration,
         {{"mode", "val"}, {"mIoU", 0.5 + static_cast<double>(iteration) / 4e3}}});
  }
  return log;
}

inline Json good_config() {
  return Json::parse(R"({"log_config": {"interval": 50}, "evaluation": {"interval": 100},
    "optimizer": {"type": "SGD", "lr": 0.01},
    "lr_config": {"policy": "poly", "power": 0.9, "min_lr": 0.0001, "by_epoch": false},
    "runner": {"max_iters": 400}, "resume_from": null})");
}

/// The same run as mmengine would have logged it.
inline TrainingLog good_mmengine_log() {
  TrainingLog log = good_log();
  log.environment_lines.clear();
  log.scale = LogScale::kPercent;
  const PolySchedule schedule{.base_lr = 0.01, .iterations = 399};
  for (auto* lines : {&log.train, &log.validation}) {
    for (auto& entry : *lines) {
      entry.values.erase("mode");
      entry.values["step"] = entry.iteration;
    }
  }
  for (auto& entry : log.train) {
    entry.values["lr"] = schedule.at(entry.iteration - 1);
    entry.values.erase("decode.loss_seg");
    entry.values["decode.loss_ce"] = 0.5;
  }
  for (auto& entry : log.validation) {
    entry.values["mIoU"] = 100.0 * entry.values["mIoU"].get<double>();
  }
  return log;
}

inline Json good_mmengine_config() {
  return Json::parse(R"({"default_hooks": {"logger": {"interval": 50}},
    "optim_wrapper": {"type": "AmpOptimWrapper", "optimizer": {"type": "SGD", "lr": 0.01}},
    "param_scheduler": [{"type": "PolyLR", "eta_min": 0.0001, "power": 0.9, "begin": 0,
                         "end": 400, "by_epoch": false}],
    "train_cfg": {"max_iters": 400, "val_interval": 100}})");
}

/// log: has to outlive the context.
inline LogContext context_of(const TrainingLog& log) {
  LogContext context;
  context.row = "row";
  context.file = "row.log.json";
  context.log = &log;
  context.config = good_config();
  context.config_place = {"", "row.log.json", 1, "config", "", "", ""};
  return context;
}

/// "rule: message" of each.
inline std::vector<std::string> texts_of(const std::vector<Contradiction>& contradictions) {
  std::vector<std::string> texts;
  for (const auto& one : contradictions) {
    texts.push_back(one.quotes.size() < 2 || one.reason.empty() ? "incomplete"
                                                                : one.rule + ": " + one.message);
  }
  return texts;
}

}  // namespace harness
