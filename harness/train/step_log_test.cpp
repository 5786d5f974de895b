#include "harness/train/step_log.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

Iteration iteration(std::int64_t step, double loss) {
  Iteration iteration;
  iteration.step.step = step;
  iteration.step.loss = loss;
  iteration.step.scale = 512;
  iteration.lr = 0.05;
  return iteration;
}

TEST(StepLog, IsExactAndCutWhereItIsTakenUp) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "steps.jsonl";
  std::uintmax_t kept = 0;
  {
    StepLog log(path, 0);
    log.add(iteration(0, 0.1 + 0.2));
    kept = log.flush();
    log.add(iteration(1, 5.0));
  }
  {
    StepLog log(path, kept);
    log.add(iteration(1, std::nan("")));
    log.flush();
  }
  const std::string text = read_file(path);
  const Json first = parse_json(text.substr(0, text.find('\n')), "first");
  EXPECT_EQ(first.at("loss").get<double>(), 0.1 + 0.2);
  EXPECT_EQ(first.at("scale"), 512.0);
  EXPECT_FALSE(first.contains("digest"));
  const Json second = parse_json(text.substr(text.find('\n') + 1), "second");
  EXPECT_TRUE(second.at("loss").is_null());
}

TEST(StepLog, KeepsDigestsWhereThereAreAny) {
  const TemporaryFolder folder;
  StepLog log(folder.path() / "steps.jsonl", 0);
  Iteration one = iteration(0, 1.0);
  one.digests = {{"a.weight", std::string(64, 'f')}};
  log.add(one);
  log.flush();
  const Json line = parse_json(read_file(folder.path() / "steps.jsonl"), "line");
  EXPECT_EQ(line.at("tensors").at("a.weight"), std::string(16, 'f'));
  EXPECT_EQ(line.at("digest").get<std::string>().size(), 64u);
}

TEST(StepLog, SaysWhereItCannotWrite) {
  EXPECT_THROW(StepLog("fixtures/no/folder/steps.jsonl", 0), Error);
}

}  // namespace
}  // namespace harness
