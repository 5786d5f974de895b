#pragma once

#include <string>

#include "harness/arithmetic/policy.h"
#include "harness/record/evaluation_record.h"
#include "harness/table/model_spec.h"
#include "harness/table/suite.h"

namespace harness {

/// Why records that a row's evaluation left behind cannot all be right, in words, or "". Each
/// record by itself is consistent (evaluation_consistency.h).

/// One evaluation beside the row's network: as many classes, convolutions and norms as it has. The
/// images have one size, as Cityscapes' do, so that logits are as many maps of one size.
/// Activations are at least those of the backbone's layers, none of whose maps is smaller than the
/// last. A layer that is named is one of the network's that run (ForwardLayers); a convolution's
/// largest activation is a number of the type that `policy` computes in. The peak of its memory has
/// room for its weights.
std::string other_network(const EvaluationRecord& record, const ModelSpec& spec, Policy policy);

/// Two evaluations: the same images with the same labels, by class; with the same protocol, the
/// same number of logits and of activations. Where all are finite, two arithmetics differ in
/// activations by their roundings: the largest of one is at most 1.5 times that of the other (in
/// the mini zoo FP16 and FP32 differ by 1e-3, bfloat16 by 1e-2), and those that are 0 or in FP16's
/// subnormal range differ by at most 1 % of all (in the mini zoo by 1e-5).
std::string disagreement(const EvaluationRecord& one, const EvaluationRecord& other);

/// A comparison beside the evaluation in one of its two arithmetics: the same images, counted alike
/// by class. The network's largest activation is at least the root mean square of its logits on the
/// images that were compared with FP64, which are among the first: theirs is that of FP64 less the
/// distance. The distance is finite where the logits are.
enum class ComparedSide { kHalf, kReference };
std::string disagreement(const ParityRecord& parity, ComparedSide side,
                         const EvaluationRecord& evaluation);

/// A comparison beside both of its evaluations: as many pixels changed class as their confusion
/// matrices allow. Of the n pixels of one label, of which p_c and q_c are predicted as class c, at
/// least half the sum of |p_c - q_c| changed, and at most n less the largest p_c + q_c - n: either
/// is reached, so that nothing closer follows from the two matrices.
std::string disagreement(const ParityRecord& parity, const EvaluationRecord& half,
                         const EvaluationRecord& reference);

/// One evaluation beside the suite's data set: all of its images, where the suite says how many
/// there are. Whatever else the job left behind may lack the same ones.
std::string other_data(const EvaluationRecord& record, const DataSpec& data);

}  // namespace harness
