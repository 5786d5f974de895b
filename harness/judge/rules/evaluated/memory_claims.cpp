#include "harness/judge/rules/evaluated/memory_claims.h"

#include <algorithm>
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
#include "harness/judge/counts.h"
#include "harness/judge/evidence.h"
#include "harness/judge/hardware.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/judge/rules/evaluated/row_model.h"
#include "harness/table/published_step.h"

namespace harness {
namespace {

constexpr double kMegabyte = 1048576.0;
constexpr std::int64_t kFloatBytes = 4;

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

/// {height, width} that the claim or the recipe names, else the zoo's.
std::vector<std::int64_t> published_size(const Row& row, const Json& conditions) {
  for (const auto& [object, key] :
       {std::pair{&conditions, "resolution"}, std::pair{&row.recipe, "crop"}}) {
    const Json* size = find_at(*object, {key});
    if (size == nullptr || !size->is_array() || size->size() != 2) continue;
    if (!size->at(0).is_number_integer() || !size->at(1).is_number_integer()) continue;
    return {size->at(0).get<std::int64_t>(), size->at(1).get<std::int64_t>()};
  }
  return {kZooCrop.begin(), kZooCrop.end()};
}

/// Why the record is of another step than the published one; "" when it is of that one.
std::string other_batch(const Row& row, const Json& conditions, const MemoryRecord& record) {
  const auto size = published_size(row, conditions);
  const std::int64_t batch = published_batch(row);
  if (record.batch == batch && record.crop == size) return "";
  return fmt::format("expected a step of {}, measured one of {}", size_text(batch, size),
                     size_text(record.batch, record.crop));
}

/// A record that can be judged by, or why there is none.
RecordEvidence<MemoryRecord> find_step(const ClaimContext& context, const Json& conditions,
                                       const std::string& precision) {
  auto evidence = find_record<MemoryRecord>(context, "memory", precision);
  if (evidence.absence) return evidence;
  std::string other = first_of({other_model(context.row, *evidence.record),
                                other_recipe(context.row, precision, *evidence.record),
                                other_batch(context.row, conditions, *evidence.record),
                                other_state(context.row, precision, *evidence.record),
                                other_activations(context.row, precision, *evidence.record)});
  if (other.empty()) return evidence;
  return {nullptr, std::nullopt, fail_unmeasured(other)};
}

std::string parts_text(const SourceMemory& memory) {
  std::string text = fmt::format("{} GiB of tensors", gib(memory.tensors));
  std::vector<std::string> more;
  if (memory.buckets > 0) {
    more.push_back(fmt::format("{} of DistributedDataParallel's buckets", gib(memory.buckets)));
  }
  if (memory.softmax_inputs > 0) {
    more.push_back(fmt::format("{} that its PyTorch kept in the loss", gib(memory.softmax_inputs)));
  }
  if (more.empty()) return text;
  return fmt::format("{}, and at most {} with what the source's software kept: {}", text,
                     gib(memory.most()), enumeration(more));
}

/// What was measured, with the part that depends on the hardware shown apart.
std::string description(const MemoryRecord& record, const SourceMemory& memory,
                        const RunResult& result) {
  std::string text = fmt::format("{}, in {}, {} on {}; {} with workspaces here, in {}",
                                 parts_text(memory), record.tensors.phase, result.precision,
                                 hardware_of(result), gib(record.peak.bytes), record.peak.phase);
  if (record.allocator) text += fmt::format("; allocator's peak {}", gib(record.allocator->peak));
  if (!record.departures.empty()) text += fmt::format("; with {}", enumeration(record.departures));
  return text;
}

/// What the source's number may have been.
struct Range {
  double low = 0.0;
  double high = 0.0;
};

Range in_unit(const SourceMemory& memory, const Gigabyte& unit) {
  return {static_cast<double>(memory.tensors) / unit.bytes,
          static_cast<double>(memory.most()) / unit.bytes};
}

/// Judges the nearest number of the range and reports its lower end, which was measured.
Finding judge_in_range(const Claim& claim, const Range& range, const std::string& how) {
  const bool is_number = claim.value.is_number();
  const double published = is_number ? claim.value.get<double>() : range.low;
  const bool is_ordered = range.low <= range.high;  // Not NaN either.
  if (!is_ordered) return fail_unmeasured("expected a finite range, measured none");
  const double nearest = std::clamp(published, range.low, range.high);
  Finding finding = judge_number_claim(claim, nearest, PublishedAs::kPrinted, how);
  if (is_number) finding.measured = range.low;
  if (range.low < published && published < range.high) {
    finding.reason = fmt::format("between {} and {}; {}", measured_text(range.low, claim.digits),
                                 measured_text(range.high, claim.digits), how);
  }
  return finding;
}

double distance(const Claim& claim, const Range& range) {
  if (!claim.value.is_number()) return 0.0;
  const auto published = claim.value.get<double>();
  return std::abs(published - std::clamp(published, range.low, range.high));
}

/// Where nobody says what a GB is, only what holds in both senses is known to hold.
Finding judge_in_both(const Claim& claim, const SourceMemory& memory, const std::string& how) {
  std::vector<Finding> found;
  std::vector<double> distances;
  for (const auto& unit : kGigabytes) {
    const Range range = in_unit(memory, unit);
    found.push_back(judge_in_range(claim, range, fmt::format("a GB is {}; {}", unit.name, how)));
    distances.push_back(distance(claim, range));
  }
  const bool is_first_nearer = distances[0] <= distances[1];
  Finding nearer = is_first_nearer ? found[0] : found[1];
  const Finding& other = is_first_nearer ? found[1] : found[0];
  const std::string note = fmt::format("the source does not say what a GB is, and {} is nearer",
                                       kGigabytes[is_first_nearer ? 0 : 1].name);
  nearer.reason += "; " + note;
  if (nearer.verdict == other.verdict) return nearer;
  nearer.verdict = Verdict::kAmbiguous;
  return nearer;
}

/// The ratio of the tensors and that of all that may have been kept; each also with FP32's number
/// in GB of 1000 MB.
Range ratios(const SourceMemory& half, const SourceMemory& single) {
  const double tensors = static_cast<double>(half.tensors) / static_cast<double>(single.tensors);
  const double most = static_cast<double>(half.most()) / static_cast<double>(single.most());
  constexpr double kLargerGigabyte = 1000.0 / 1024.0;
  return {kLargerGigabyte * std::min(tensors, most), std::max(tensors, most)};
}

}  // namespace

SourceMemory source_memory(const MemoryRecord& record, const Json& conditions) {
  SourceMemory memory;
  memory.tensors = record.tensors.bytes - record.tensors.standing.other;
  const auto gpus = count_at(conditions, {"gpus"});
  if (gpus && *gpus > 1) memory.buckets = kFloatBytes * record.parameters;
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
        unfit(std::move(why), static_cast<double>(memory.tensors) / kGigabytes[0].bytes),
        precision);
  }
  const std::string stated = text_at(claim.conditions, {"gigabyte"});
  if (stated.empty()) return in_precision(judge_in_both(claim, memory, how), precision);
  for (const auto& unit : kGigabytes) {
    if (unit.name != stated) continue;
    return in_precision(
        judge_in_range(claim, in_unit(memory, unit),
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
  if (const auto why = other_kind_of_machine(*half.result, *single.result); !why.empty()) {
    return in_precision(fail_unmeasured(why), precision);
  }
  if (half.record->parameters != single.record->parameters) {
    return in_precision(
        fail_unmeasured(fmt::format("one is of {}, the other of {}",
                                    plural(half.record->parameters, "parameter"),
                                    plural(single.record->parameters, "parameter"))),
        precision);
  }
  const SourceMemory ours = source_memory(*half.record, conditions);
  const SourceMemory of_single = source_memory(*single.record, conditions);
  return in_precision(
      judge_in_range(
          context.claim, ratios(ours, of_single),
          fmt::format("{} GiB of tensors in {} over {} in fp32, on {}", gib(ours.tensors),
                      precision, gib(of_single.tensors), hardware_of(*half.result))),
      precision);
}

}  // namespace harness
