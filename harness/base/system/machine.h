#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace harness {

/// Arguments as results may record them, without folders of the machine: the program's bare name,
/// then its arguments, with the folders of absolute paths removed. So "/a/b/suite.json" becomes
/// "suite.json", "--out=/a/b" becomes "--out=b", "-o/a/b" becomes "-ob".
std::vector<std::string> without_folders(std::vector<std::string> arguments);

/// The running program's arguments, without_folders().
std::vector<std::string> program_arguments();

/// The current time in UTC: "2026-11-24T05:30:50Z".
std::string utc_now();

/// The folder of the running program's file, where the worker is found beside the command.
std::filesystem::path program_folder();

/// As many threads as LibTorch computes with by default: OMP_NUM_THREADS where that is a positive
/// number, else the cores that this process may use. At least 1.
std::int64_t default_threads();

}  // namespace harness
