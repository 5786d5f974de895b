#include "harness/table/stated_scaler.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(StatedScaler, HasItsSourcesDefaults) {
  const struct {
    const char* type;
    double init_scale;
    std::int64_t interval;
    bool dynamic;
  } cases[] = {{"mmcv-dynamic", 4294967296.0, 1000, true},
               {"grad-scaler", 65536.0, 2000, true},
               {"grad-scaler-pinned", 512.0, 2000, false},
               {"none", 1.0, 2000, false}};
  for (const auto& one : cases) {
    const auto scaler = stated_scaler({{"scaler", {{"type", one.type}}}});
    ASSERT_TRUE(scaler) << one.type;
    EXPECT_EQ(scaler->init_scale, one.init_scale) << one.type;
    EXPECT_EQ(scaler->is_dynamic(), one.dynamic) << one.type;
    if (one.dynamic) {
      EXPECT_EQ(scaler->growth_interval, one.interval) << one.type;
    }
  }
}

TEST(StatedScaler, TakesTheArgumentsUnderTheirSourcesNames) {
  EXPECT_EQ(stated_scaler({{"scaler", {{"type", "static"}, {"scale", 1024}}}})->init_scale, 1024.0);
  const auto mmcv = stated_scaler(
      {{"scaler",
        {{"type", "mmcv-dynamic"}, {"init_scale", 8}, {"scale_factor", 4}, {"scale_window", 5}}}});
  EXPECT_EQ(mmcv->init_scale, 8.0);
  EXPECT_EQ(mmcv->growth_factor, 4.0);
  EXPECT_EQ(mmcv->backoff_factor, 0.25);
  EXPECT_EQ(mmcv->growth_interval, 5);
  const auto torch = stated_scaler({{"scaler",
                                     {{"type", "grad-scaler"},
                                      {"init_scale", 16},
                                      {"growth_factor", 3},
                                      {"backoff_factor", 0.1},
                                      {"growth_interval", 7}}}});
  EXPECT_EQ(torch->init_scale, 16.0);
  EXPECT_EQ(torch->growth_factor, 3.0);
  EXPECT_EQ(torch->backoff_factor, 0.1);
  EXPECT_EQ(torch->growth_interval, 7);
}

TEST(StatedScaler, IsNotGuessed) {
  EXPECT_FALSE(stated_scaler(Json::object()));
  EXPECT_FALSE(stated_scaler({{"policy", "fp16-amp"}}));
}

}  // namespace
}  // namespace harness
