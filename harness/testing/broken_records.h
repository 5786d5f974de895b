#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/arithmetic/kernel_class.h"
#include "harness/base/statistics/block_bootstrap.h"
#include "harness/record/fields.h"
#include "harness/record/memory_record.h"
#include "harness/record/speed_record.h"
#include "harness/testing/document_mutations.h"

/// For tests: results of the stages memory and speed that pass, broken in one way each.
namespace harness::broken {

using Claims = std::set<std::string>;

/// Gives the document other measurements.
template <Record R, typename Change>
Json changed(Json document, Change&& change) {
  auto record = record_from_json<R>(document.at("measurements"), "measurements");
  change(record);
  document["measurements"] = record_to_json(record);
  return document;
}

/// A step that keeps so many more bytes of batch norm's results (below 0: fewer), wherever they
/// count.
inline void grow(MemoryRecord& record, std::int64_t more) {
  for (auto* peak : {&record.peak, &record.tensors}) {
    peak->activations["batch_norm"] += more;
    peak->bytes += more;
  }
  for (auto& [phase, bytes] : record.phases) bytes += more;
  record.kept["batch_norm"] += more;
  if (!record.allocator) return;
  for (auto* bytes :
       {&record.allocator->peak, &record.allocator->requested, &record.allocator->reserved}) {
    *bytes += more;
  }
}

/// A step without this part of what lives before it begins.
inline void drop_standing(MemoryRecord& record, std::int64_t StandingMemory::*part) {
  const std::int64_t bytes = record.tensors.standing.*part;
  for (auto* peak : {&record.peak, &record.tensors}) {
    peak->bytes -= bytes;
    peak->standing.*part = 0;
  }
  for (auto& [phase, sum] : record.phases) sum -= bytes;
}

/// None of these leaves a step to judge by.
struct MemoryBreak {
  const char* name;
  void (*change)(MemoryRecord&);
};
inline const std::vector<MemoryBreak> kMemoryBreaks = {
    {"eight GiB more", [](MemoryRecord& record) { grow(record, std::int64_t{8} << 30); }},
    {"another batch", [](MemoryRecord& record) { record.batch *= 2; }},
    {"another crop", [](MemoryRecord& record) { record.crop[0] *= 2; }},
    {"the crop on its side",
     [](MemoryRecord& record) { std::swap(record.crop[0], record.crop[1]); }},
    {"a crop of three sides", [](MemoryRecord& record) { record.crop.push_back(3); }},
    {"another policy", [](MemoryRecord& record) { record.policy = "bf16-amp"; }},
    {"the first step", [](MemoryRecord& record) { record.steps = 1; }},
    {"no class", [](MemoryRecord& record) { record.classes = 0; }},
    {"twice the parameters", [](MemoryRecord& record) { record.parameters *= 2; }},
    {"half the parameters", [](MemoryRecord& record) { record.parameters /= 2; }},
    {"no momentum", [](MemoryRecord& record) { drop_standing(record, &StandingMemory::momentum); }},
    {"no gradients",
     [](MemoryRecord& record) { drop_standing(record, &StandingMemory::gradients); }},
    {"no batch", [](MemoryRecord& record) { drop_standing(record, &StandingMemory::input); }},
    {"no weights", [](MemoryRecord& record) { drop_standing(record, &StandingMemory::weights); }},
    {"one byte more at the peak", [](MemoryRecord& record) { ++record.peak.bytes; }},
    {"one byte more of tensors", [](MemoryRecord& record) { ++record.tensors.bytes; }},
    {"a part less", [](MemoryRecord& record) { record.tensors.activations.erase("convolution"); }},
    {"a part below 0",
     [](MemoryRecord& record) {
       record.tensors.activations["convolution"] += record.tensors.temporaries["other"] + 1;
       record.tensors.temporaries["other"] = -1;
     }},
    {"workspaces among the tensors",
     [](MemoryRecord& record) {
       record.tensors.activations["convolution"] -= 8;
       record.tensors.workspaces["convolution"] = 8;
     }},
    {"three steps", [](MemoryRecord& record) { record.steps = 3; }},
    {"a config's recipe", [](MemoryRecord& record) { record.departures.clear(); }},
    {"results of norms that are nobody's",
     [](MemoryRecord& record) {
       for (auto* peak : {&record.peak, &record.tensors}) {
         const std::int64_t bytes = peak->activations["batch_norm"] / 8;
         peak->activations["batch_norm"] -= bytes;
         peak->standing.other += bytes;
       }
       record.kept["batch_norm"] = record.tensors.activations["batch_norm"];
     }},
    {"buffers that are nobody's",
     [](MemoryRecord& record) {
       for (auto* peak : {&record.peak, &record.tensors}) {
         peak->standing.other += std::exchange(peak->standing.buffers, 0);
       }
     }},
    {"a phase less", [](MemoryRecord& record) { record.phases.erase("loss"); }},
    {"a phase above the peak",
     [](MemoryRecord& record) { record.phases["forward"] = record.peak.bytes + 1; }},
    {"a phase of no name", [](MemoryRecord& record) { record.tensors.phase = "warm-up"; }},
    {"no convolution's result", [](MemoryRecord& record) { record.kept.erase("convolution"); }},
    {"more kept than there was",
     [](MemoryRecord& record) { record.kept["convolution"] += record.tensors.bytes; }}};

/// Only a GPU's allocator counts.
inline const std::vector<MemoryBreak> kAllocatorBreaks = {
    {"no allocator", [](MemoryRecord& record) { record.allocator.reset(); }},
    {"an allocator that counted less",
     [](MemoryRecord& record) { record.allocator->peak = record.allocator->requested = 1 << 20; }},
    {"more requested than given",
     [](MemoryRecord& record) { record.allocator->requested = record.allocator->peak + 1; }},
    {"more given than reserved",
     [](MemoryRecord& record) { record.allocator->reserved = record.allocator->peak - 1; }},
    {"an allocator's phase above its peak",
     [](MemoryRecord& record) { record.allocator->phases["loss"] = record.allocator->peak + 1; }}};

/// What follows from the times of the source's protocol.
inline void follow(SourceProtocolRecord& source) {
  source.images_per_second = static_cast<double>(source.seconds.size()) /
                             std::accumulate(source.seconds.begin(), source.seconds.end(), 0.0);
}

/// What follows from the times of our own.
inline void follow(OwnProtocolRecord& own) {
  const Interval interval = median_interval(own.seconds);
  own.image = {median_of_blocks(own.seconds), interval.low, interval.high};
  own.images_per_second = 1.0 / own.image.median;
  if (!own.speedup) return;
  const Interval ratio = ratio_interval(own.speedup->reference_seconds, own.seconds);
  own.speedup->ratio = median_ratio(own.speedup->reference_seconds, own.seconds);
  own.speedup->low = ratio.low;
  own.speedup->high = ratio.high;
}

/// Every image so many times as fast.
inline void speed_up(SpeedRecord& record, double factor) {
  for (auto& second : record.source->seconds) second /= factor;
  for (auto& block : record.own->seconds) {
    for (auto& second : block) second /= factor;
  }
  record.own->network.median /= factor;
  record.own->postprocess.median /= factor;
  follow(*record.source);
  follow(*record.own);
}

/// Gives every kernel of a class another name.
inline void rename(SpeedRecord& record, KernelClass of, const char* name) {
  for (auto& kernel : record.kernels->kernels) {
    if (kernel_class(kernel.name) == of) kernel.name = name;
  }
}

struct SpeedBreak {
  const char* name;
  void (*change)(SpeedRecord&);
  Claims robbed;
};
inline const Claims kFps = {"fps"};
inline const Claims kRatio = {"fps.ratio"};
inline const Claims kTimes = {"fps", "fps.ratio"};
inline const Claims kKernels = {"kernels"};
inline const Claims kAll = {"fps", "fps.ratio", "kernels"};

/// Of the row's own precision.
inline const std::vector<SpeedBreak> kSpeedBreaks = {
    {"a block less", [](SpeedRecord& record) { record.own->seconds.pop_back(); }, kAll},
    {"a block without an image", [](SpeedRecord& record) { record.own->seconds[0].clear(); }, kAll},
    {"a reference's block less",
     [](SpeedRecord& record) { record.own->speedup->reference_seconds.pop_back(); }, kAll},
    {"rounds that do not correspond",
     [](SpeedRecord& record) {
       record.own->speedup->reference_seconds.pop_back();
       follow(*record.own);
     },
     kRatio},
    {"one round",
     [](SpeedRecord& record) {
       record.own->seconds.resize(1);
       record.own->speedup->reference_seconds.resize(1);
       follow(*record.own);
     },
     kRatio},
    {"an image's time", [](SpeedRecord& record) { record.source->seconds[7] *= 1.01; }, kAll},
    {"an image's time below 0",
     [](SpeedRecord& record) {
       record.source->seconds[7] *= -1.0;
       follow(*record.source);
     },
     kAll},
    {"an image less", [](SpeedRecord& record) { record.source->seconds.pop_back(); }, kAll},
    {"fewer images than the protocol has",
     [](SpeedRecord& record) {
       record.source->seconds.pop_back();
       follow(*record.source);
     },
     kFps},
    {"no warm-up", [](SpeedRecord& record) { record.source->warmup = 0; }, kFps},
    {"no speed by the source's protocol", [](SpeedRecord& record) { record.source.reset(); }, kFps},
    {"no speed by our own", [](SpeedRecord& record) { record.own.reset(); }, kRatio},
    {"no reference", [](SpeedRecord& record) { record.own->speedup.reset(); }, kAll},
    {"another reference", [](SpeedRecord& record) { record.own->speedup->reference = "bf16-amp"; },
     kAll},
    {"another time of the reference",
     [](SpeedRecord& record) {
       for (auto& block : record.own->speedup->reference_seconds) {
         for (auto& second : block) second *= 1.2;
       }
       follow(*record.own);
     },
     kRatio},
    {"another speed-up of the network",
     [](SpeedRecord& record) {
       for (auto* ratio : {&record.own->speedup->network_ratio, &record.own->speedup->network_low,
                           &record.own->speedup->network_high}) {
         *ratio *= 1.3;
       }
     },
     kRatio},
    {"no warm-up of our own", [](SpeedRecord& record) { record.own->warmup_seconds = 0.0; }, kAll},
    {"a network that takes longer than the image",
     [](SpeedRecord& record) { record.own->network.median = 2.0 * record.own->image.median; },
     kAll},
    {"no clocks of the source's protocol",
     [](SpeedRecord& record) { record.source->clocks.reset(); }, kFps},
    {"no clocks of our own", [](SpeedRecord& record) { record.own->clocks.reset(); }, kRatio},
    {"a clock of 200 MHz",
     [](SpeedRecord& record) {
       record.source->clocks->sm_mhz = record.own->clocks->sm_mhz = {200.0, 200.0, 200.0};
     },
     kTimes},
    {"no sample of the clocks", [](SpeedRecord& record) { record.own->clocks->samples = 0; }, kAll},
    {"lower clocks",
     [](SpeedRecord& record) { record.source->clocks->reasons["software power cap"] = 3; }, kFps},
    {"lower clocks for a reason of no name",
     [](SpeedRecord& record) { record.own->clocks->reasons["reason 0x800"] = 1; }, kRatio},
    {"another job on the GPU",
     [](SpeedRecord& record) {
       record.source->clocks->other_processes = 1;
       record.own->clocks->other_processes = 2;
     },
     kTimes},
    {"nobody who tells of other jobs",
     [](SpeedRecord& record) {
       record.source->clocks->other_processes.reset();
       record.own->clocks->other_processes.reset();
     },
     kTimes},
    {"images of another size", [](SpeedRecord& record) { record.setup.height /= 2; }, kTimes},
    {"another layout", [](SpeedRecord& record) { record.setup.layout = "channels-last"; }, kFps},
    {"a layout that is none", [](SpeedRecord& record) { record.setup.layout = "NHWC"; }, kAll},
    {"a cuDNN that chose by timing",
     [](SpeedRecord& record) { record.setup.cudnn_benchmark = true; }, kAll},
    {"logits that are not finite", [](SpeedRecord& record) { record.image.logits_non_finite = 1; },
     kAll},
    {"no logits", [](SpeedRecord& record) { record.image.logits_elements = 0; }, kAll},
    {"no operations", [](SpeedRecord& record) { record.image.convolution_flops = 0.0; }, kAll},
    {"weights above the peak", [](SpeedRecord& record) { record.image.peak_bytes = 1; }, kAll},
    {"a kernel less", [](SpeedRecord& record) { record.kernels->kernels.pop_back(); }, kAll},
    {"no kernel", [](SpeedRecord& record) { record.kernels->kernels.clear(); }, kAll},
    {"nobody who looked at kernels", [](SpeedRecord& record) { record.kernels.reset(); }, kKernels},
    {"kernels that cannot be seen",
     [](SpeedRecord& record) {
       record.kernels = {"CUPTI refuses", {}, {}};
     },
     kKernels},
    {"kernels beside a reason for none",
     [](SpeedRecord& record) { record.kernels->absence = "CUPTI refuses"; }, kAll},
    {"kernels of unknown names",
     [](SpeedRecord& record) { rename(record, KernelClass::kHalfTensorCore, "of_tomorrow"); },
     kKernels},
    {"kernels of FP32",
     [](SpeedRecord& record) { rename(record, KernelClass::kHalfTensorCore, "scudnn"); }, kKernels},
    {"no kernel that multiplies",
     [](SpeedRecord& record) {
       for (const auto kernel : {KernelClass::kHalfTensorCore, KernelClass::kTf32,
                                 KernelClass::kFp32, KernelClass::kUnknown}) {
         rename(record, kernel, "Memset (Device)");
       }
     },
     kKernels},
    {"half the kernels of convolutions",
     [](SpeedRecord& record) {
       for (auto& kernel : record.kernels->kernels) {
         const bool convolves = kernel.operation.find("conv") != std::string::npos;
         if (convolves) kernel.calls = (kernel.calls + 1) / 2;
       }
     },
     kKernels},
    {"no kernel of a norm",
     [](SpeedRecord& record) {
       for (auto& kernel : record.kernels->kernels) {
         if (kernel.operation.find("batch_norm") != std::string::npos) kernel.operation = "";
       }
     },
     kKernels},
    {"no roof after all", [](SpeedRecord& record) { record.roof_after.reset(); }, kAll},
    {"a higher roof after all",
     [](SpeedRecord& record) { record.roof_after->half_tflops.best *= 10.0; }, kTimes},
    {"a kernel without a time",
     [](SpeedRecord& record) { record.kernels->kernels[0].seconds = kNotMeasured; }, kAll},
    {"a kernel that was not called",
     [](SpeedRecord& record) { record.kernels->kernels[0].calls = 0; }, kAll},
    {"a roof of nothing",
     [](SpeedRecord& record) { record.roof_after->half_tflops.repetitions = 0; }, kAll},
    {"a best below the median",
     [](SpeedRecord& record) { record.roof_before->copy_gb_per_s.best = 1.0; }, kAll}};

/// Of FP32's, beside it.
inline const std::vector<SpeedBreak> kReferenceBreaks = {
    {"kernels of TF32",
     [](SpeedRecord& record) { rename(record, KernelClass::kFp32, "s1688gemm_tf32"); }, kKernels},
    {"kernels of half",
     [](SpeedRecord& record) { rename(record, KernelClass::kFp32, "hmma_f16f16"); }, kKernels},
    {"kernels of unknown names",
     [](SpeedRecord& record) { rename(record, KernelClass::kFp32, "of_tomorrow"); }, kKernels},
    {"a kernel less", [](SpeedRecord& record) { record.kernels->kernels.pop_back(); }, kKernels},
    {"nobody who looked at kernels", [](SpeedRecord& record) { record.kernels.reset(); }, kKernels},
    {"logits that are not finite", [](SpeedRecord& record) { record.image.logits_non_finite = 1; },
     kKernels},
    {"a comparison with itself",
     [](SpeedRecord& record) {
       record.own->speedup.emplace().reference = "fp32";
       record.own->speedup->reference_seconds = record.own->seconds;
       follow(*record.own);
     },
     kKernels},
    {"other times", [](SpeedRecord& record) { speed_up(record, 1.2); }, kRatio}};

}  // namespace harness::broken
