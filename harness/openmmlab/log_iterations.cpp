#include "harness/openmmlab/log_iterations.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/openmmlab/python_config.h"

namespace harness {
namespace {

using Entry = TrainingLog::Entry;

constexpr std::int64_t kMostIterations = std::int64_t{1} << 40;

std::optional<std::int64_t> epoch_of(const Entry& entry) {
  constexpr std::int64_t kMostEpochs = 1'000'000;
  const auto found = entry.values.find("epoch");
  if (found == entry.values.end() || !found->is_number_integer()) return std::nullopt;
  const auto epoch = found->get<std::int64_t>();
  return epoch < 1 || epoch > kMostEpochs ? std::nullopt : std::optional(epoch);
}

/// Do the lines count within epochs? Then an iteration that does not grow comes with an epoch that
/// does, and not with another run.
bool counts_within_epochs(const TrainingLog& log) {
  const auto& lines = log.train;
  bool falls_with_epoch = false;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].iteration > lines[i - 1].iteration) continue;
    const auto next_run = std::ranges::upper_bound(log.environment_lines, lines[i - 1].line);
    if (next_run != log.environment_lines.end() && *next_run < lines[i].line) continue;
    const auto before = epoch_of(lines[i - 1]);
    const auto after = epoch_of(lines[i]);
    if (!before || !after) return false;
    if (*after > *before) falls_with_epoch = true;
  }
  return falls_with_epoch;
}

/// How many iterations an epoch has: the most that a training line names, or what all validation
/// lines name where that is less than one logging interval more (mmcv until 1.1 names the epoch's
/// last iteration there).
std::int64_t length_of_epoch(const TrainingLog& log) {
  std::int64_t most = 0;
  std::int64_t interval = std::numeric_limits<std::int64_t>::max();
  for (const Entry& entry : log.train) {
    most = std::max(most, entry.iteration);
    interval = std::min(interval, entry.iteration);
  }
  std::int64_t validated = 0;
  for (const auto* lines : {&log.validation, &log.validation_losses}) {
    for (const Entry& entry : *lines) {
      if (validated != 0 && validated != entry.iteration) return most;
      validated = entry.iteration;
    }
  }
  return validated > most && validated - most < interval ? validated : most;
}

/// Counts epochs into the iterations; false where a line's iteration would be out of all bounds.
bool count_epochs(TrainingLog& log) {
  const std::int64_t length = length_of_epoch(log);
  if (length > kMostIterations / 1'000'000) return false;
  for (Entry& entry : log.train) entry.iteration += (epoch_of(entry).value_or(1) - 1) * length;
  for (auto* lines : {&log.validation, &log.validation_losses}) {
    for (Entry& entry : *lines) {
      // A validation ends its epoch, whatever its own counter counts.
      if (const auto epoch = epoch_of(entry)) entry.iteration = *epoch * length;
    }
  }
  log.counted_within_epochs = true;
  log.remarks.push_back(
      {0, fmt::format("iterations are counted within epochs; an epoch is taken to have {}, the "
                      "last that its lines name",
                      length)});
  return true;
}

class ValidationPlacer {
 public:
  ValidationPlacer(TrainingLog& log, const std::vector<std::size_t>& train_lines_before,
                   std::string_view subject)
      : log_(log), train_lines_before_(train_lines_before), subject_(subject) {}

  void place() {
    const auto interval = evaluation_interval();
    if (!counts_batches(interval)) return;
    for (std::size_t index = 0; index < log_.validation.size(); ++index) {
      const std::int64_t trained = trained_before(index);
      const std::size_t next = train_lines_before_[index];
      const std::int64_t limit = next < log_.train.size()
                                     ? log_.train[next].iteration
                                     : std::numeric_limits<std::int64_t>::max();
      // Lines come every so many iterations, so that the last one may be a little older.
      const std::int64_t implied =
          interval ? (trained + *interval - 1) / *interval * *interval : trained;
      log_.validation[index].iteration = implied >= trained && implied < limit ? implied : trained;
    }
  }

 private:
  /// Iteration of the last training line before validation line `index`, 0 when there is none.
  std::int64_t trained_before(std::size_t index) const {
    const std::size_t lines = train_lines_before_[index];
    return lines == 0 ? 0 : log_.train[lines - 1].iteration;
  }

  /// Evaluation interval that the config in the first line names.
  std::optional<std::int64_t> evaluation_interval() const {
    const auto text = log_.environment.find("config");
    if (text == log_.environment.end() || !text->is_string()) return std::nullopt;
    try {
      const Json config = parse_python_config(text->get_ref<const std::string&>(), subject_);
      const Json::json_pointer place("/evaluation/interval");
      if (!config.contains(place) || !config[place].is_number_integer()) return std::nullopt;
      const auto interval = config[place].get<std::int64_t>();
      return interval > 0 && interval < kMostIterations ? std::optional(interval) : std::nullopt;
    } catch (const Error&) {
      return std::nullopt;  // A config that cannot be read is no fault of the log.
    }
  }

  /// mmcv until 1.1 writes the training iteration, 1.3 the length of the validation loader, which
  /// stays the same and soon is smaller than the iteration trained.
  bool counts_batches(std::optional<std::int64_t> interval) const {
    const auto& lines = log_.validation;
    for (std::size_t index = 0; index < lines.size(); ++index) {
      if (lines[index].iteration < trained_before(index)) return true;
      const bool repeats = index > 0 && lines[index].iteration == lines[index - 1].iteration;
      if (repeats && trained_before(index) > trained_before(index - 1)) return true;
    }
    return lines.size() == 1 && interval && lines[0].iteration % *interval != 0;
  }

  TrainingLog& log_;
  const std::vector<std::size_t>& train_lines_before_;
  std::string_view subject_;
};

void remark_restarts(TrainingLog& log) {
  constexpr std::size_t kShown = 5;
  std::size_t restarts = 0;
  std::size_t twice = 0;
  for (std::size_t i = 1; i < log.train.size(); ++i) {
    const Entry& before = log.train[i - 1];
    const Entry& after = log.train[i];
    if (after.iteration == before.iteration) ++twice;
    if (after.iteration >= before.iteration || ++restarts > kShown) continue;
    log.remarks.push_back(
        {after.line, fmt::format("iteration {} comes after {}: a restart, or another run",
                                 after.iteration, before.iteration)});
  }
  if (restarts > kShown) {
    log.remarks.push_back({0, fmt::format("{} such restarts in all", restarts)});
  }
  // Several processes that all log write each line again.
  if (twice > 0) {
    log.remarks.push_back(
        {0, fmt::format("{} of the lines stand for the iteration of the line before", twice)});
  }
}

}  // namespace

void place_iterations(TrainingLog& log, const std::vector<std::size_t>& train_lines_before,
                      std::string_view subject) {
  const bool counted = counts_within_epochs(log) && count_epochs(log);
  if (!counted) ValidationPlacer(log, train_lines_before, subject).place();
  remark_restarts(log);
}

}  // namespace harness
