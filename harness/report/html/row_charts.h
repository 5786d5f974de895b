#pragma once

#include <filesystem>
#include <vector>

#include "harness/openmmlab/training_log.h"
#include "harness/record/run_result.h"
#include "harness/report/html/page_chart.h"
#include "harness/table/suite.h"

namespace harness {

/// What a row's charts are made of.
struct RowRecords {
  const Row& row;
  const std::vector<RunResult>& results;
  std::filesystem::path folder;            ///< DIR/<row>, where trainings left their steps.
  const TrainingLog* published = nullptr;  ///< The published log, where it is at hand.
};

/// Charts of a row for what it has records of; PageChart::row is left 0. Each function adds none
/// where there is nothing to show, and throws nothing for a record that cannot be read.

/// IoU by class in each arithmetic, and half's difference from FP32.
void add_evaluation_charts(const RowRecords& records, std::vector<PageChart>& charts);

/// Loss, learning rate and mIoU of each training over those of the published log; the loss scale
/// with the steps that it skipped; the last mIoU of each seed with the interval of their mean.
void add_training_charts(const RowRecords& records, std::vector<PageChart>& charts);

/// Distances from FP64, step by step, of half, FP32 and what rounding alone costs, and the
/// gradients that half cannot hold.
void add_lockstep_charts(const RowRecords& records, std::vector<PageChart>& charts);

/// The parts of a training step's memory at its peak, its phases, and what is kept for backward.
void add_memory_charts(const RowRecords& records, std::vector<PageChart>& charts);

/// How images per second are distributed, and the time of kernels by kind.
void add_speed_charts(const RowRecords& records, std::vector<PageChart>& charts);

/// All of them: trainings first.
std::vector<PageChart> row_charts(const RowRecords& records);

}  // namespace harness
