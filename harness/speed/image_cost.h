#pragma once

#include <torch/types.h>

#include "harness/record/speed_record.h"
#include "harness/speed/timed_network.h"

namespace harness {

/// What one image costs. Runs the network twice: once with an observer, which also makes cuDNN
/// choose its algorithms, and once for the peak of memory, from the copy of the image to the copy
/// of the labels. Other models on the device are not counted. image: as for TimedNetwork.
ImageCostRecord image_cost(TimedNetwork& network, const torch::Tensor& image);

}  // namespace harness
