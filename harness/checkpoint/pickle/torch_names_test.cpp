#include "harness/checkpoint/pickle/torch_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

std::string names_of(std::span<const PackageNames> lists, std::string_view package) {
  std::string all = " ";
  for (const PackageNames& list : lists) {
    if (list.package != package) continue;
    for (const char c : list.names) all += c == '\n' ? ' ' : c;
    all += ' ';
  }
  return all;
}

TEST(TorchNames, HasTheClassesOfEachPackage) {
  for (const auto& [package, name] : {std::pair{"torch.nn", " Conv2d "},
                                      {"torch.nn", " DistributedDataParallel "},
                                      {"torch.optim", " AdamW "},
                                      {"torchvision.models", " ResNet "},
                                      {"torchvision.ops", " FrozenBatchNorm2d "},
                                      {"timm.layers", " DropPath "},
                                      {"timm.models", " VisionTransformer "}}) {
    EXPECT_THAT(names_of(torch_classes(), package), testing::HasSubstr(name)) << package;
  }
}

/// They compile what they are given, build what a text names, or read a file.
TEST(TorchNames, HasNoCallableThatDoesMoreThanCompute) {
  std::string all;
  for (const PackageNames& list : torch_callables()) {
    all += names_of(torch_callables(), list.package);
  }
  EXPECT_THAT(all, testing::HasSubstr(" relu "));
  for (const char* name :
       {" lazy_compile ", " boolean_dispatch ", " create_norm_act_layer ", " ModuleWrapper ",
        " DistributedDataParallel ", " ResNet ", " VisionTransformer ", " importlib ", " load "}) {
    EXPECT_THAT(all, testing::Not(testing::HasSubstr(name)));
  }
}

}  // namespace
}  // namespace harness
