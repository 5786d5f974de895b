#include <chrono>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include "harness/testing/fuzz_target.h"

// Breaks in the way its input says, so that ci/fuzz --self-test sees each kind of finding reported.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  const std::string_view text = fuzzed_text(data, size);
  return fuzz_reader([&] {
    if (text == "exception") throw std::runtime_error("planted");
    if (text == "message") throw Error(ErrorCode::kIo, "x", "says nothing of use");
    if (text == "undefined") {
      volatile int largest = std::numeric_limits<int>::max();
      largest = largest + 1;
    }
    if (text == "outside") {
      std::vector<int> one(1);
      volatile std::size_t at = text.size();
      one[at] = 1;
    }
    if (text == "leak") {
      static_cast<void>(new int[4]);
    }
    if (text == "memory") {
      for (std::vector<std::vector<char>> kept;;) kept.emplace_back(std::size_t{1} << 24, 'x');
    }
    if (text == "time") std::this_thread::sleep_for(std::chrono::minutes(1));
  });
}
