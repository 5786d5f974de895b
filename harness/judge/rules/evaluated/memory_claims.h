#pragma once

#include "harness/judge/finding.h"
#include "harness/record/memory_record.h"

namespace harness {

/// What a source's torch.cuda.max_memory_allocated() counted of the training that the record is of:
/// the tensors that live between operators, without what libraries keep for themselves; and what
/// the source's software may have kept beside them, by the claim's conditions:
/// - `gpus` above 1: DistributedDataParallel's buckets, allocated once in the dtype of the
///   parameters it was built with, which are FP32: mmcv casts the model afterwards (PyTorch 1.5,
///   torch/csrc/distributed/c10d/reducer.cpp; mmcv 1.0, runner/hooks/optimizer.py);
/// - `pytorch` below 1.11: the input of each log softmax, as large as its result
///   (tools/autograd/derivatives.yaml: _log_softmax_backward_data took `self`).
/// Nobody published what the peak was made of, so these bound the source's number and do not make
/// it. Workspaces are not in it: they depend on the hardware.
struct SourceMemory {
  std::int64_t tensors = 0;
  std::int64_t buckets = 0;
  std::int64_t softmax_inputs = 0;

  std::int64_t most() const noexcept { return tensors + buckets + softmax_inputs; }
};
SourceMemory source_memory(const MemoryRecord& record, const Json& conditions);

/// `memory` of training (conditions.stage "train"), from the stage memory in the row's arithmetic:
/// judged on every hardware, because it is a sum of tensors. Passes where the published number lies
/// between the tensors and `most()`, with the claim's tolerance at both ends; the measured number
/// is the tensors'. Model, scaler, momentum, batch and crop must be the row's (row_model.h), of the
/// batch and crop those that the number was published for.
///
/// Logs count MB of 2^20 bytes. conditions.gigabyte says how many of them a published GB has:
/// "MB/1024" or "MB/1000". Where it is absent both are tried, and a number that fits one alone is
/// AMBIGUOUS.
Finding judge_training_memory(const ClaimContext& context);

/// `memory.ratio`: the same bytes in the row's arithmetic over those in FP32, between the ratio of
/// the tensors and that of `most()`. The FP32 number may be in GB of 1000 MB where the other one is
/// not: the range also has what that makes of the ratio.
Finding judge_memory_ratio(const ClaimContext& context);

}  // namespace harness
