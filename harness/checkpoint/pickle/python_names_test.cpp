#include "harness/checkpoint/pickle/python_names.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

/// "module: name name ..." for each list.
std::string all_of(std::span<const PackageNames> lists) {
  std::string all;
  for (const PackageNames& list : lists) {
    all.append(list.package).append(": ");
    for (const char c : list.names) all += c == '\n' ? ' ' : c;
    all += '\n';
  }
  return all;
}

TEST(PythonNames, HasWhatComputesAndNothingThatReachesOut) {
  const std::string all = all_of(python_callables());
  for (const char* name : {"builtins: abs ", " max ", " ValueError ", "torch: abs ", " FloatTensor",
                           "numpy: abs ", "typing: Any ", " sqrt "}) {
    EXPECT_THAT(all, testing::HasSubstr(name));
  }
  for (const char* name : {" eval ", " exec ", " open ", " input ", " getattr ", " setattr ",
                           " vars ", " globals ", " compile ", " breakpoint ", " memmap ",
                           " ForwardRef ", " PyTorchFileWriter ", " load ", " save "}) {
    EXPECT_THAT(all, testing::Not(testing::HasSubstr(name)));
  }
}

TEST(PythonNames, HasTheConstantsOfCheckpoints) {
  const std::string all = all_of(enum_classes());
  for (const char* name :
       {"timm.layers.format: Format\n", "torch.distributed.fsdp.api: BackwardPrefetch",
        " TrainerFn ", "accelerate.utils.dataclasses: ", "mmengine.runner.priority: Priority\n"}) {
    EXPECT_THAT(all, testing::HasSubstr(name));
  }
}

}  // namespace
}  // namespace harness
