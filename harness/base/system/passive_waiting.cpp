#include "harness/base/system/passive_waiting.h"

#include <cstdlib>

namespace harness {

std::vector<std::pair<std::string, std::string>> passive_waiting() {
  for (const auto* variable : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"}) {
    if (std::getenv(variable) != nullptr) return {};
  }
  return {{"OMP_WAIT_POLICY", "passive"}};
}

}  // namespace harness
