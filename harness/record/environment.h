#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/record/fields.h"

namespace harness {

/// The source and the compiler that halfproof was built with.
struct BuildRecord {
  std::string version;
  std::string commit;  ///< 40 hex digits, or "unknown" outside a git checkout.
  bool dirty = false;  ///< The checkout differed from the commit.
  std::string compiler;
  std::string build_type;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("version", self.version);
    visit("commit", self.commit);
    visit("dirty", self.dirty);
    visit("compiler", self.compiler);
    visit("build_type", self.build_type);
  }
};

/// "of commit 0123456789ab (changed since)", for messages.
std::string build_text(const BuildRecord& build);

/// What is known about the machine without LibTorch.
struct MachineRecord {
  std::string hostname_sha256_8;  ///< The name may be private; its digest tells machines apart.
  std::string os;
  std::string kernel;
  std::string cpu;         ///< Model name of /proc/cpuinfo, or "unknown".
  std::int64_t cores = 0;  ///< Those that this process may use.
  std::int64_t memory_bytes = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("hostname_sha256_8", self.hostname_sha256_8);
    visit("os", self.os);
    visit("kernel", self.kernel);
    visit("cpu", self.cpu);
    visit("cores", self.cores);
    visit("memory_bytes", self.memory_bytes);
  }
};

/// Whether matrix products and convolutions of FP32 may round their operands to TF32.
struct Tf32Record {
  bool cublas = false;
  bool cudnn = false;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cublas", self.cublas);
    visit("cudnn", self.cudnn);
  }
};

/// LibTorch's switches for cuDNN.
struct CudnnRecord {
  bool enabled = false;
  bool benchmark = false;
  bool deterministic = false;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("enabled", self.enabled);
    visit("benchmark", self.benchmark);
    visit("deterministic", self.deterministic);
  }
};

/// The libraries that compute, and the switches that change their results.
struct LibraryRecord {
  std::string libtorch;  ///< Version.
  std::string opencv;    ///< Version.
  std::int64_t threads = 0;
  std::int64_t interop_threads = 0;
  bool onednn = false;
  std::string cpu_capability;  ///< "AVX2", "AVX512", ...
  bool deterministic_algorithms = false;
  Tf32Record tf32;
  CudnnRecord cudnn;
  /// What computes half convolutions: "widened fp32" on the CPU, "cudnn 91900" on a GPU.
  std::string convolution_kernel;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("libtorch", self.libtorch);
    visit("opencv", self.opencv);
    visit("threads", self.threads);
    visit("interop_threads", self.interop_threads);
    visit("onednn", self.onednn);
    visit("cpu_capability", self.cpu_capability);
    visit("deterministic_algorithms", self.deterministic_algorithms);
    visit("tf32", self.tf32);
    visit("cudnn", self.cudnn);
    visit("convolution_kernel", self.convolution_kernel);
  }
};

/// The GPU that LibTorch computes on: the first that it sees.
struct GpuRecord {
  std::string name;           ///< As the driver reports it: "Tesla V100-SXM2-16GB".
  std::string uuid_sha256_8;  ///< Tells cards apart without naming them.
  std::int64_t memory_bytes = 0;
  std::string compute_capability;  ///< "9.0".
  std::string driver;              ///< "580.65.06"; "" where NVML does not report it.
  std::int64_t cuda = 0;           ///< Version of the CUDA runtime: 13000 is 13.0.
  std::int64_t cudnn = 0;          ///< Version that is loaded: 91000 is 9.10.0.
  std::int64_t devices = 0;        ///< How many GPUs LibTorch sees.
  /// Clocks in MHz when the record was made; null where NVML does not report them.
  std::optional<std::int64_t> sm_clock_mhz;
  std::optional<std::int64_t> memory_clock_mhz;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("uuid_sha256_8", self.uuid_sha256_8);
    visit("memory_bytes", self.memory_bytes);
    visit("compute_capability", self.compute_capability);
    visit("driver", self.driver);
    visit("cuda", self.cuda);
    visit("cudnn", self.cudnn);
    visit("devices", self.devices);
    visit("sm_clock_mhz", self.sm_clock_mhz);
    visit("memory_clock_mhz", self.memory_clock_mhz);
  }
};

/// What a result was produced with.
struct EnvironmentRecord {
  BuildRecord build;
  MachineRecord machine;
  std::optional<LibraryRecord> library;  ///< Set by a worker; the command computes nothing.
  std::optional<GpuRecord> gpu;          ///< Null in a process that did not load CUDA.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("build", self.build);
    visit("machine", self.machine);
    visit("library", self.library);
    visit("gpu", self.gpu);
  }
};

BuildRecord build_record();
MachineRecord machine_record();

/// The environment of a program without LibTorch: build and machine.
EnvironmentRecord command_environment();

}  // namespace harness
