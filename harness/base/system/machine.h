#pragma once

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

}  // namespace harness
