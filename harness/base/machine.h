#pragma once

#include "harness/base/json.h"

namespace harness {

/// What halfproof was built from: {"version", "commit", "dirty", "compiler", "build_type"}.
Json build_record();

/// The machine as far as it can be known without LibTorch: {"hostname_sha256_8", "os", "kernel",
/// "cpu", "cores", "memory_bytes"}. `cpu` is the model name of /proc/cpuinfo.
Json machine_record();

/// Now in UTC as 2026-11-24T05:30:50Z.
std::string utc_now();

/// Folder that holds the running program's file, to find the worker beside the command.
std::filesystem::path program_folder();

}  // namespace harness
