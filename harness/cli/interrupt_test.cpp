#include "harness/cli/interrupt.h"

#include <csignal>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Interrupt, TheFirstOneIsNotedAndTheSecondEndsTheProgram) {
  EXPECT_EXIT(
      {
        catch_interrupts();
        std::raise(SIGINT);
        if (!interrupted()) std::exit(1);
        std::raise(SIGINT);
        std::exit(1);
      },
      testing::KilledBySignal(SIGINT), "press Ctrl-C again to abort");
}

}  // namespace
}  // namespace harness
