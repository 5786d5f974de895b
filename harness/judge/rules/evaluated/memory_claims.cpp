#include "harness/judge/rules/evaluated/memory_claims.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/hardware.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/table/published_step.h"

namespace harness {
namespace {

constexpr double kMegabyte = 1048576.0;

struct Gigabyte {
  std::string_view name;
  double bytes;
};
constexpr auto kGigabytes =
    std::to_array<Gigabyte>({{"MB/1024", 1024.0 * kMegabyte}, {"MB/1000", 1000.0 * kMegabyte}});

std::string gib(std::int64_t bytes) {
  return fixed_text(static_cast<double>(bytes) / (1024.0 * kMegabyte), 3);
}

/// Whether a version "1.5" or "1.5.0" comes before 1.11; false where none is stated.
bool keeps_softmax_inputs(const std::string& version) {
  const auto dot = version.find('.');
  if (dot == std::string::npos) return false;
  int major = 0;
  int minor = 0;
  const char* end = version.data() + version.size();
  const bool is_read =
      std::from_chars(version.data(), version.data() + dot, major).ec == std::errc() &&
      std::from_chars(version.data() + dot + 1, end, minor).ec == std::errc();
  return is_read && (major < 1 || (major == 1 && minor < 11));
}

std::string size_text(std::int64_t batch, const std::vector<std::int64_t>& size) {
  return size.size() == 2 ? fmt::format("{} of {}x{}", plural(batch, "image"), size[0], size[1])
                          : plural(batch, "image");
}

/// {height, width} that the claim or the recipe names; empty where neither does.
std::vector<std::int64_t> published_size(const Row& row, const Json& conditions) {
  for (const auto& [object, key] :
       {std::pair{&conditions, "resolution"}, std::pair{&row.recipe, "crop"}}) {
    const Json* size = find_at(*object, {key});
    if (size == nullptr || !size->is_array() || size->size() != 2) continue;
    if (!size->at(0).is_number_integer() || !size->at(1).is_number_integer()) continue;
    return {size->at(0).get<std::int64_t>(), size->at(1).get<std::int64_t>()};
  }
  return {};
}

/// Why the record is of another step than the published one; "" when it is of that one.
std::string other_step(const Row& row, const Json& conditions, const MemoryRecord& record) {
  const auto size = published_size(row, conditions);
  const std::int64_t batch = published_batch(row);
  if (record.batch == batch && (size.empty() || record.crop == size)) return "";
  return fmt::format("expected a step of {}, measured one of {}", size_text(batch, size),
                     size_text(record.batch, record.crop));
}

/// A record that can be judged by, or why there is none.
RecordEvidence<MemoryRecord> find_step(const ClaimContext& context, const Json& conditions,
                                       const std::string& precision) {
  auto evidence = find_record<MemoryRecord>(context, "memory", precision);
  if (evidence.absence) return evidence;
  const std::string other = other_step(context.row, conditions, *evidence.record);
  if (other.empty()) return evidence;
  return {nullptr, std::nullopt, fail_unmeasured(other)};
}

std::string parts_text(const SourceMemory& memory) {
  std::string text = fmt::format("{} GiB of tensors", gib(memory.tensors));
  if (memory.buckets > 0) {
    text += fmt::format(", {} of DistributedDataParallel's buckets", gib(memory.buckets));
  }
  if (memory.softmax_inputs > 0) {
    text +=
        fmt::format(", {} that the source's PyTorch kept in the loss", gib(memory.softmax_inputs));
  }
  return text;
}

/// What was measured, with the part that depends on the hardware shown apart.
std::string description(const MemoryRecord& record, const SourceMemory& memory,
                        const RunResult& result) {
  std::string text = fmt::format("{}, in {}, {} on {}; {} with workspaces here, in {}",
                                 parts_text(memory), record.tensors.phase, result.precision,
                                 hardware_of(result), gib(record.peak.bytes), record.peak.phase);
  if (record.allocator) text += fmt::format("; allocator's peak {}", gib(record.allocator->peak));
  return text;
}

Finding judge_in(const Claim& claim, const Gigabyte& unit, std::int64_t bytes,
                 const std::string& how) {
  return judge_number_claim(claim, static_cast<double>(bytes) / unit.bytes, PublishedAs::kPrinted,
                            how);
}

double distance(const Claim& claim, const Finding& finding) {
  return claim.value.is_number() && finding.measured.is_number()
             ? std::abs(finding.measured.get<double>() - claim.value.get<double>())
             : 0.0;
}

/// Where nobody says what a GB is, only what holds in both senses is known to hold.
Finding judge_in_both(const Claim& claim, std::int64_t bytes, const std::string& how) {
  std::vector<Finding> found;
  for (const auto& unit : kGigabytes) {
    found.push_back(judge_in(claim, unit, bytes, fmt::format("a GB is {}; {}", unit.name, how)));
  }
  const bool is_first_nearer = distance(claim, found[0]) <= distance(claim, found[1]);
  Finding nearer = is_first_nearer ? found[0] : found[1];
  const Finding& other = is_first_nearer ? found[1] : found[0];
  const std::string note = fmt::format("the source does not say what a GB is, and {} is nearer",
                                       kGigabytes[is_first_nearer ? 0 : 1].name);
  nearer.reason += "; " + note;
  if (nearer.verdict == other.verdict) return nearer;
  nearer.verdict = Verdict::kAmbiguous;
  return nearer;
}

}  // namespace

SourceMemory source_memory(const MemoryRecord& record, const Json& conditions) {
  SourceMemory memory;
  memory.tensors = record.tensors.bytes - record.tensors.standing.other;
  const auto gpus = count_at(conditions, {"gpus"});
  if (gpus && *gpus > 1) memory.buckets = record.tensors.standing.gradients;
  const auto loss = record.kept.find("loss");
  const bool is_older = keeps_softmax_inputs(text_at(conditions, {"pytorch"}));
  if (is_older && loss != record.kept.end()) memory.softmax_inputs = loss->second;
  return memory;
}

Finding judge_training_memory(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const Claim& claim = context.claim;
  const auto evidence = find_step(context, claim.conditions, precision);
  if (evidence.absence) return in_precision(*evidence.absence, precision);
  const SourceMemory memory = source_memory(*evidence.record, claim.conditions);
  const std::string how = description(*evidence.record, memory, *evidence.result);
  if (std::string why = unfit_computation(claim.conditions, context.row); !why.empty()) {
    return in_precision(
        unfit(std::move(why), static_cast<double>(memory.sum()) / kGigabytes[0].bytes), precision);
  }
  const std::string stated = text_at(claim.conditions, {"gigabyte"});
  if (stated.empty()) return in_precision(judge_in_both(claim, memory.sum(), how), precision);
  for (const auto& unit : kGigabytes) {
    if (unit.name != stated) continue;
    return in_precision(judge_in(claim, unit, memory.sum(),
                                 fmt::format("a GB is {}, as the source counts; {}", stated, how)),
                        precision);
  }
  return in_precision(fail_unmeasured(fmt::format(
                          "conditions.gigabyte: expected MB/1024 or MB/1000, got {}", stated)),
                      precision);
}

Finding judge_memory_ratio(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const Json& conditions = context.claim.conditions;
  const auto half = find_step(context, conditions, precision);
  if (half.absence) return in_precision(*half.absence, precision);
  const auto single = find_step(context, conditions, "fp32");
  if (single.absence) return in_precision(*single.absence, precision);
  const std::int64_t bytes = source_memory(*half.record, conditions).sum();
  const std::int64_t of_single = source_memory(*single.record, conditions).sum();
  if (half.result->device != single.result->device) {
    return in_precision(fail_unmeasured("the two were not measured on the same device"), precision);
  }
  return in_precision(
      judge_number_claim(context.claim, static_cast<double>(bytes) / static_cast<double>(of_single),
                         PublishedAs::kPrinted,
                         fmt::format("{} GiB in {} over {} in fp32, on {}", gib(bytes), precision,
                                     gib(of_single), hardware_of(*half.result))),
      precision);
}

}  // namespace harness
