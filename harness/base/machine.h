#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

/// The running program's arguments: the program's bare name, then what followed it, with the
/// folders of absolute paths left out ("/a/b/suite.json" becomes "suite.json"): results must not
/// name folders of the machine they were made on.
std::vector<std::string> program_arguments();

/// Now in UTC as 2026-11-24T05:30:50Z.
std::string utc_now();

/// Folder that holds the running program's file, to find the worker beside the command.
std::filesystem::path program_folder();

}  // namespace harness
