#pragma once

#include <string>
#include <utility>
#include <vector>

namespace harness {

/// Environment variables, name and value, that a process which computes with LibTorch should start
/// with: its OpenMP library reads them when it is loaded. Threads that wait for others then sleep
/// at once. By default they spin for milliseconds: on a machine whose cores others use as well they
/// take the time from the thread that they wait for. Empty where the user has set a variable that
/// decides this (OMP_WAIT_POLICY, GOMP_SPINCOUNT, KMP_BLOCKTIME).
std::vector<std::pair<std::string, std::string>> passive_waiting();

}  // namespace harness
