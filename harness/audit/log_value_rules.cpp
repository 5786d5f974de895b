#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/audit/log_rules.h"
#include "harness/base/measurement.h"
#include "harness/base/statistics/median.h"

namespace harness {
namespace {

using Entry = TrainingLog::Entry;

constexpr std::size_t kWindow = 9;
constexpr std::size_t kFewest = 3;
constexpr double kSpike = 3.0;
constexpr double kMiouRounding = 0.005;  ///< Percent: logs keep four decimals of a fraction.

std::string printed(double value) {
  return fmt::format("{:.4g}", value);
}

void add(const LogContext& context, std::vector<Contradiction>& found, std::string rule,
         std::string fact, std::string message, std::string reason, std::vector<Quote> quotes) {
  found.push_back({std::move(rule),
                   {context.row},
                   std::move(fact),
                   std::move(message),
                   std::move(reason),
                   std::move(quotes)});
}

/// The line before, else the one after: what a value is compared with.
const Entry& neighbour(const std::vector<Entry>& lines, std::size_t index) {
  return lines[index > 0 ? index - 1 : std::min<std::size_t>(1, lines.size() - 1)];
}

void check_finite_losses(const LogContext& context, std::vector<Contradiction>& found) {
  const auto& lines = context.log->train;
  for (std::size_t index = 0; index < lines.size(); ++index) {
    for (const auto& [key, value] : lines[index].values.items()) {
      // Python writes NaN and infinity, which the reader turns into null.
      if (key.find("loss") == std::string::npos || !value.is_null()) continue;
      add(context, found, "log.loss", key,
          fmt::format("{} is not finite at iteration {}", key, lines[index].iteration),
          "one step with a non-finite loss leaves no finite weight behind unless it was skipped",
          {quote_line(context, lines[index], {"iter", key}),
           quote_line(context, neighbour(lines, index), {"iter", key})});
      return;
    }
  }
}

void check_spikes(const LogContext& context, std::vector<Contradiction>& found) {
  std::vector<double> before;
  const Entry* previous = nullptr;
  const Entry* first = nullptr;
  const Entry* calm = nullptr;
  double ratio = 0.0;
  std::size_t spikes = 0;
  for (const auto& entry : context.log->train) {
    const auto loss = number_at(entry.values, {"loss"});
    if (!loss) continue;
    if (before.size() >= kFewest) {
      const std::size_t skipped = before.size() - std::min(before.size(), kWindow);
      const double usual =
          median({before.begin() + static_cast<std::ptrdiff_t>(skipped), before.end()});
      if (usual > 0.0 && *loss > kSpike * usual) {
        if (spikes++ == 0) {
          first = &entry;
          calm = previous;
          ratio = *loss / usual;
        }
      }
    }
    before.push_back(*loss);
    previous = &entry;
  }
  if (spikes == 0) return;
  add(context, found, "log.loss", "loss",
      fmt::format("the loss at iteration {} is {} times the median of the lines before{}",
                  first->iteration, printed(ratio),
                  spikes > 1 ? fmt::format("; {} such lines", spikes) : ""),
      "a line is the mean over its interval: three times the median of up to nine lines before is "
      "a "
      "jump of the weights, which a static loss scale without an overflow check lets through",
      {quote_line(context, *first, {"iter", "loss"}),
       quote_line(context, *calm, {"iter", "loss"})});
}

void check_memory(const LogContext& context, std::vector<Contradiction>& found) {
  const Entry* highest = nullptr;
  for (const auto& entry : context.log->train) {
    const auto memory = number_at(entry.values, {"memory"});
    // mmengine sets its peak back with every line (mmengine 0.10.4, device/utils.py).
    if (!memory || !entry.values.contains("mode")) continue;
    if (highest != nullptr && *memory < *number_at(highest->values, {"memory"})) {
      add(context, found, "log.memory", "memory",
          fmt::format("memory falls at iteration {}", entry.iteration),
          "it is the peak since the process began, which is never reset: a lower one is another "
          "process",
          {quote_line(context, *highest, {"iter", "memory"}),
           quote_line(context, entry, {"iter", "memory"})});
      return;
    }
    highest = &entry;
  }
}

/// "seg" or "ce" of "decode.loss_seg"; "" when the line has neither.
std::string loss_generation(const Entry& entry) {
  for (const auto& [key, value] : entry.values.items()) {
    if (key.ends_with(".loss_seg")) return "seg";
    if (key.ends_with(".loss_ce")) return "ce";
  }
  return "";
}

/// Does this version call the loss loss_ce? Nullopt for a text that is not a version.
std::optional<bool> writes_loss_ce(const std::string& version) {
  int major = 0;
  int minor = 0;
  if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) != 2) return std::nullopt;
  return major > 0 || minor >= 18;
}

void check_keys(const LogContext& context, std::vector<Contradiction>& found) {
  const std::string reason =
      "mmseg renamed loss_seg to loss_ce in 0.18.0: lines and version are not of one run";
  const Entry* first = nullptr;
  for (const auto& entry : context.log->train) {
    const std::string generation = loss_generation(entry);
    if (generation.empty()) continue;
    if (first == nullptr) {
      first = &entry;
    } else if (loss_generation(*first) != generation) {
      add(context, found, "log.keys", "loss keys",
          fmt::format("the log changes from loss_{} to loss_{}", loss_generation(*first),
                      generation),
          reason,
          {quote_line(context, *first, {"iter", "decode.loss_seg", "decode.loss_ce"}),
           quote_line(context, entry, {"iter", "decode.loss_seg", "decode.loss_ce"})});
      return;
    }
  }
  const auto expected = writes_loss_ce(context.version);
  if (first == nullptr || !expected) return;
  const std::string generation = loss_generation(*first);
  if ((generation == "ce") == *expected) return;
  Quote version = context.version_place;
  version.says = "MMSegmentation " + context.version;
  add(context, found, "log.keys", "loss keys",
      fmt::format("MMSegmentation {} does not write loss_{}", context.version, generation), reason,
      {quote_line(context, *first, {"iter", "decode.loss_seg", "decode.loss_ce"}), version});
}

/// Whether the published printed is that of this validation line.
bool is_published(const LogContext& context, const Entry& entry, const Statement& published) {
  const auto miou = context.log->miou(entry);
  return miou && std::fabs(*miou - published.value.get<double>()) <=
                     published.rounding + kMiouRounding + 1e-9;
}

void check_miou(const LogContext& context, std::vector<Contradiction>& found) {
  const auto& lines = context.log->validation;
  if (!context.published_miou || !context.published_miou->value.is_number() || lines.empty()) {
    return;
  }
  const Statement& published = *context.published_miou;
  const Entry* about_miou = context.log->last_miou_line();
  if (about_miou == nullptr || context.log->scale == LogScale::kUnknown) return;
  const Entry& last = *about_miou;
  if (is_published(context, last, published)) return;
  const auto source = std::ranges::find_if(
      lines, [&](const Entry& entry) { return is_published(context, entry, published); });
  const auto best = std::ranges::max_element(
      lines, {}, [&](const Entry& entry) { return context.log->miou(entry).value_or(-1.0); });
  std::vector<Quote> quotes = {published.place, quote_line(context, last, {"mIoU"})};
  std::string message = "no validation line has the published mIoU";
  if (source != lines.end()) {
    const bool is_best = is_published(context, *best, published);
    message = fmt::format("the published mIoU is that of iteration {}{}{}", source->iteration,
                          is_best ? ", the best, not of the last, " : ", not of the last, ",
                          last.iteration);
    quotes.push_back(quote_line(context, *source, {"mIoU"}));
  }
  add(context, found, "log.miou", "miou", std::move(message),
      "the checkpoint holds the weights of the last iteration; the best of several validations is "
      "chosen on the data it is then reported on",
      std::move(quotes));
}

}  // namespace

std::vector<Contradiction> audit_log_values(const LogContext& context) {
  std::vector<Contradiction> found;
  check_finite_losses(context, found);
  check_spikes(context, found);
  check_memory(context, found);
  check_keys(context, found);
  check_miou(context, found);
  return found;
}

}  // namespace harness
