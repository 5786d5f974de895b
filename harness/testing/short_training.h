#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "harness/testing/minizoo_rows.h"
#include "harness/train/training_request.h"

namespace harness {

/// For tests: a row of the mini zoo ("fcn_fp16") for a few steps on the CPU, whose weights are
/// digested after each. Equal arguments give equal trainings.
inline TrainingRequest short_training(const std::string& row_name, const std::string& precision,
                                      std::int64_t iterations, std::filesystem::path folder) {
  const MinizooRow row = minizoo_row(row_name);
  TrainingRequest request;
  request.row = row.row;
  request.data.root = std::filesystem::absolute("fixtures/minizoo/data/scenes").string();
  request.data.height = 128;
  request.data.width = 256;
  request.checkpoint = row.checkpoint;
  request.pretrained = "fixtures/minizoo/zoo/pretrain/resnet50_v1c_w8-32c09ca3.pth";
  request.precision = precision;
  request.seed = 3;
  request.iterations = iterations;
  request.digests = true;
  request.device = "cpu";
  request.key = "key";
  request.folder = std::move(folder);
  return request;
}

}  // namespace harness
