#include "harness/report/html/training_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::IsNan;
using testing::Pair;

TEST(TrainingSteps, AreReadUpToALineThatIsCutOff) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "steps.jsonl";
  write_file_atomic(file,
                    "{\"step\":0,\"lr\":0.05,\"loss\":4.5,\"scale\":512.0,\"grad_norm\":1.5}\n"
                    "{\"step\":1,\"lr\":0.04,\"loss\":null,\"scale\":512.0,\"grad_norm\":\"x\"}\n"
                    "{\"step\":2,\"lr\":0.0");
  const TrainingSteps steps = read_training_steps(file);
  EXPECT_THAT(steps.loss, ElementsAre(Pair(0, 4.5), Pair(1, IsNan())));
  EXPECT_THAT(steps.learning_rate, ElementsAre(Pair(0, 0.05), Pair(1, 0.04)));
  EXPECT_THAT(steps.gradient_norm, ElementsAre(Pair(0, 1.5), Pair(1, IsNan())));
}

TEST(TrainingSteps, OfNoFileAreNone) {
  EXPECT_TRUE(read_training_steps("no_such_folder/steps.jsonl").loss.empty());
}

}  // namespace
}  // namespace harness
