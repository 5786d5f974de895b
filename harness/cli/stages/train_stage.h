#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/cli/row_worker.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/fetch/store.h"

namespace harness {

/// What `halfproof run --stage train` (or lockstep) was asked for.
struct TrainOptions : WorkerOptions {
  std::string stage = "train";  ///< Or "lockstep", by default in the row's own arithmetic.
  std::vector<std::int64_t> seeds = {0};
  std::int64_t iterations = 0;  ///< Stop after so many; 0: the whole schedule.
  bool digests = false;         ///< Digest all weights after every step.
  double save_seconds = 20.0;   ///< Time between two states that a training can resume from.
  bool restart = false;         ///< Move a training aside that was begun under another key.
};

/// Where the pretrained backbone of a row may be: recipe.pretrained of the suite, else what the
/// config inside the checkpoint names: an open-mmlab:// name as the URL that mmcv 1.3.14 maps it to
/// (mmcv/model_zoo/open_mmlab.json), a relative path as that path below each folder above the
/// checkpoint, nearest first, where the suite names a checkpoint on this machine. "" when training
/// began from scratch or nothing of it is found.
std::string pretrained_location(const Suite& suite, const Row& row, const ExaminedRow& examined);

/// The pretrained backbone of a row, or why it cannot be had.
struct PretrainedBackbone {
  std::filesystem::path file;  ///< Empty: training begins from scratch.
  std::string sha256;
  RowEnd obstacle;
};

/// Obtains it from pretrained_location(). A backbone that the config names but that cannot be found
/// is an error: training from scratch would be another training.
PretrainedBackbone obtain_pretrained(const Suite& suite, const Row& row,
                                     const ExaminedRow& examined, const StoreOptions& store);

/// The executions of options.stage for a row, without keys: one for each seed and precision.
std::vector<AskedExecution> trainings_of(const Row& row, const TrainOptions& options);

/// Why nothing of the row can be trained here, whatever the worker says: the data, else the
/// pretrained backbone; kOk when nothing stands in the way.
RowEnd training_obstacle(const Suite& suite, const Row& row, const ExaminedRow& examined,
                         const StoreOptions& store, const TrainOptions& options);

/// Calls keep_other_training() for each training of the row that is asked for, before a job of the
/// stage "train" writes anything. Throws Error(kUsage) likewise.
void keep_other_trainings(const Suite& suite, const Row& row, const RunDirectory& directory,
                          const StoreOptions& store, const TrainOptions& options);

/// Stage "train" or "lockstep" of one row: records the keys of its executions in run.json and
/// starts one worker for each precision and seed whose result is missing. An interrupted training
/// is resumed where it was saved. A worker that dies leaves a result of status error; missing data
/// or a missing GPU, one of status skipped.
void train_row(const Suite& suite, const Row& row, const ExaminedRow& examined,
               RunDirectory& directory, const StoreOptions& store, const TrainOptions& options);

}  // namespace harness
