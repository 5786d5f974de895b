#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/json.h"
#include "harness/record/run_result.h"

namespace harness {

/// Whether a source's name for a GPU or a processor ("V100", "Tesla V100 32GB", "EPYC 7763") names
/// the one that its driver or the kernel calls `name` ("Tesla V100-SXM2-32GB").
///
/// Names are compared word by word, in any case, without makers ("NVIDIA", "Tesla", "AMD") and
/// without a processor's count of cores and clock. Every word of the source must be there: "A10"
/// is not an A100, and "V100-SXM2" not a V100-PCIE. The source may omit only a form factor or a
/// memory size: "RTX 3090" is not an "RTX 3090 Ti". A memory size that `name` does not contain is
/// compared with memory_bytes (0: not known, no match).
bool names_hardware(std::string_view published, std::string_view name, std::int64_t memory_bytes);

/// The name of the hardware that computed the result: the GPU for cuda, the processor for cpu;
/// "unknown hardware" where the result does not say.
std::string hardware_of(const RunResult& result);

/// `the GPU is "A", and that of fp32 is "B"`; "" where both are the same.
std::string difference_from_fp32(std::string_view what, const Json& value, const Json& of_fp32);

/// Why two results are no measurements of one device by one program; "" when they are. The host,
/// the driver and the libraries with their switches are the same, too.
std::string other_machine(const RunResult& result, const RunResult& fp32);

/// Why two results are not of one kind of device, LibTorch, cuDNN and program; "" when they are.
/// Trainings and sizes of memory may come from several hosts with GPUs of one model.
std::string other_kind_of_machine(const RunResult& result, const RunResult& fp32);

/// Why two results are not of one setting, "" when they are: one device, one build, the same
/// libraries with the same switches, and one kind of GPU with one driver, CUDA and cuDNN. Cards may
/// differ, and where a GPU computes so may the host's processor and threads. The first difference
/// is named by its path in `environment`, with both values.
std::string other_setting(const RunResult& one, const RunResult& other);

/// Why the program and the device cannot have computed what is said to be of them, among it FP32
/// (has_fp32); "" when they can.
std::string environment_defect(const RunResult& result, bool has_fp32);

/// Why a GPU's result does not name the GPU and the libraries with their versions, or why these
/// were not set as every worker sets them (precision/policy.h): cuDNN is enabled, and no product of
/// FP32 is rounded to TF32. "" when it is so, and on a CPU, where no driver computes and these
/// switches change nothing. The driver's version may be missing (unnamed_driver()).
std::string other_switches(const RunResult& result);

/// Why a number that depends on the driver cannot be judged by a GPU's result: the result does not
/// have its version, which a machine without NVML cannot say. Speed, kernels and what a device's
/// operators allocate depend on it; what was computed does not. "" where it is there, and on a CPU.
std::string unnamed_driver(const RunResult& result);

/// Why the source of a number does not name hardware that any machine could be found to be; "" when
/// it does. conditions: {"hardware": name, "cores": count of a processor}. No name and "2 CPU
/// cores" say nothing, and "AMD EPYC" is a family of processors, which differ by more than
/// tolerances allow: even a machine that calls itself so may be another one.
std::string unnamed_hardware(const Json& conditions, const RunResult& result);

/// Why a number that was published under `conditions`, which name hardware, says nothing about the
/// hardware that computed the result; "" when it does. A processor must have as many cores as the
/// conditions state, all of them used, a GPU's driver a version.
std::string unfit_hardware(const Json& conditions, const RunResult& result);

}  // namespace harness
