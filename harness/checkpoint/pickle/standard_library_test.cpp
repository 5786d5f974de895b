#include "harness/checkpoint/pickle/standard_library.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(StandardLibrary, KnowsModulesOfEveryVersionByTheirFirstPart) {
  for (const char* const module : {"os", "os.path", "builtins", "__builtin__", "cPickle", "uuid",
                                   "_interpreters", "logging.config", "antigravity", "zoneinfo"}) {
    EXPECT_TRUE(is_standard_library(module)) << module;
  }
}

TEST(StandardLibrary, KnowsNoOtherModules) {
  for (const char* const module :
       {"", "osgeo", "torch", "numpy.core", "o", "__main__", "mmcv.os"}) {
    EXPECT_FALSE(is_standard_library(module)) << module;
  }
}

}  // namespace
}  // namespace harness
