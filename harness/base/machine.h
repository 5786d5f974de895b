#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// What halfproof was built from: {"version", "commit", "dirty", "compiler", "build_type"}.
Json build_record();

/// The machine as far as it can be known without LibTorch: {"hostname_sha256_8", "os", "kernel",
/// "cpu", "cores", "memory_bytes"}. `cpu` is the model name of /proc/cpuinfo.
Json machine_record();

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
