#include "harness/history/schema.h"

#include <gtest/gtest.h>

#include "harness/base/sha256.h"

namespace harness {
namespace {

TEST(HistorySchema, AReleasedStepNeverChanges) {
  EXPECT_EQ(sha256_hex(std::string(history_migrations()[0])),
            "6d7c8b9f17cd9ac09051892d9c246fcee8083eba50d754a499acd4af640ac1c6");
}

}  // namespace
}  // namespace harness
