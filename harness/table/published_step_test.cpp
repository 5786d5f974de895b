#include "harness/table/published_step.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

Row row_with(const Json& recipe, const Json& conditions) {
  Row row;
  row.recipe = recipe;
  Claim claim;
  claim.id = "memory";
  claim.conditions = conditions;
  row.claims = {claim};
  return row;
}

TEST(PublishedBatch, IsTheClaimsWhereItNamesOne) {
  EXPECT_EQ(published_batch(row_with({{"batch", 8}}, {{"stage", "train"}, {"batch_size", 2}})), 2);
}

TEST(PublishedBatch, IsADevicesShareOfTheRecipes) {
  EXPECT_EQ(published_batch(row_with({{"batch", 8}}, {{"stage", "train"}, {"gpus", 4}})), 2);
  EXPECT_EQ(published_batch(row_with({{"batch", 6}}, {{"stage", "train"}, {"gpus", 4}})), 6);
  EXPECT_EQ(published_batch(row_with({{"batch", 4}}, Json::object())), 4);
  EXPECT_EQ(published_batch(row_with(Json::object(), Json::object())), 8);
}

TEST(PublishedBatch, AClaimAboutEvaluationSaysNothingOfTraining) {
  const Row row = row_with({{"batch", 4}}, {{"stage", "evaluate"}, {"batch_size", 1}});
  EXPECT_EQ(training_memory_claim(row), nullptr);
  EXPECT_EQ(published_batch(row), 4);
}

TEST(PublishesTrainingMemory, TakesANumberOfTraining) {
  Row row = row_with(Json::object(), {{"stage", "train"}});
  EXPECT_FALSE(publishes_training_memory(row));
  row.claims[0].value = 5.37;
  EXPECT_TRUE(publishes_training_memory(row));
  row.claims[0].conditions = {{"stage", "evaluate"}};
  EXPECT_FALSE(publishes_training_memory(row));
  row.claims[0].id = "memory.ratio";
  EXPECT_TRUE(publishes_training_memory(row));
}

}  // namespace
}  // namespace harness
