#include "harness/table/data_set_conditions.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(DataSetConditions, ComparesWhatAModelWasTrainedAndTestedOn) {
  const std::string training = "Cityscapes Training set";
  EXPECT_FALSE(is_of_other_data(
      {{"training_dataset", training}, {"test_dataset", "Cityscapes validation set"}}));
  EXPECT_TRUE(is_of_other_data({{"training_dataset", training}, {"test_dataset", "Dark Zurich"}}));
  EXPECT_TRUE(is_of_other_data({{"test_dataset", "Dark Zurich"}}));
  EXPECT_FALSE(is_of_other_data({{"training_dataset", training}}));
  EXPECT_FALSE(is_of_other_data(Json::object()));
  EXPECT_FALSE(is_of_other_data(nullptr));
}

TEST(DataSetConditions, OnlyTheValidationSplitIsOurs) {
  for (const char* split : {"val", "Val", "validation", "val set"}) {
    EXPECT_FALSE(is_of_other_data({{"test_split", split}})) << split;
  }
  for (const char* split : {"Test", "train", "trainval", "minival"}) {
    EXPECT_TRUE(is_of_other_data({{"test_split", split}})) << split;
  }
}

}  // namespace
}  // namespace harness
