#pragma once

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// `classes`: how many the model tells apart, or "agree" where no number is claimed. The tensors of
/// the last layer, CLASSES and PALETTE in meta have to agree with it and with one another; where
/// the config trained on CityscapesDataset with its own classes, names and colours have to be those
/// of Cityscapes.
Finding judge_classes(const CheckpointRecord& checkpoint, const Claim& claim);

/// `zero_tensors`: tensors of more than one element in which every value is 0. Training does not
/// leave any; an interrupted copy and a forged file do.
Finding judge_zero_tensors(const CheckpointRecord& checkpoint);

/// `duplicates`: tensors that hold the same values as another.
Finding judge_duplicates(const CheckpointRecord& checkpoint);

/// `optimizer`: "none" is expected: the zoo's publishing step takes the optimizer out
/// (mmseg tools/publish_model.py).
Finding judge_optimizer(const CheckpointRecord& checkpoint);

}  // namespace harness
