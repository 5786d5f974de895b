#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

/// Arguments as results may name them, without folders of the machine they were made on: the
/// program's bare name, then what followed it, with the folders of absolute paths left out. So
/// "/a/b/suite.json" becomes "suite.json", "--out=/a/b" becomes "--out=b", "-o/a/b" becomes "-ob".
std::vector<std::string> without_folders(std::vector<std::string> arguments);

/// The running program's arguments, without_folders().
std::vector<std::string> program_arguments();

/// Now in UTC as 2026-11-24T05:30:50Z.
std::string utc_now();

/// Folder that holds the running program's file, to find the worker beside the command.
std::filesystem::path program_folder();

}  // namespace harness
