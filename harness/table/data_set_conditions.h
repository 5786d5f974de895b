#pragma once

#include "harness/base/json.h"

namespace harness {

/// Was a number measured on another data set than the model was trained on, or on another split
/// than the validation images? `conditions` are a claim's: {"training_dataset": "Cityscapes
/// Training set", "test_dataset": "Dark Zurich"}. The first words of the two are compared; without
/// a training set, any test set counts as another. {"test_split": "Test"}: a split counts as the
/// validation images when its first word begins with "val".
bool is_of_other_data(const Json& conditions);

}  // namespace harness
