#include "harness/history/changes.h"

#include <time.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "harness/history/time_line.h"

namespace harness {
namespace {

constexpr std::int64_t kNight = 24 * 3600;  // Seconds.

/// Seconds since 1970 of "2026-11-27T13:19:28Z"; 0 for any other text.
std::int64_t seconds_of(const std::string& utc) {
  std::tm parts{};
  const char* end = ::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return end == nullptr || *end != '\0' ? 0 : std::int64_t{::timegm(&parts)};
}

void compare_parts(const Parts& before, const Parts& now, Changes& changes) {
  for (const auto& [name, value] : now) {
    const std::string was = part_of(before, name);
    if (was != value) changes.parts.push_back({name, was, value});
  }
  for (const auto& [name, value] : before) {
    if (part_of(now, name).empty()) changes.parts.push_back({name, value, ""});
  }
}

ClaimKey key_of(const RunHeader& run, const VerdictRecord& record) {
  return {run.suite,    run.hardware,    run.setting,     record.row,
          record.claim, record.evidence, record.precision};
}

using Verdicts = std::map<ClaimKey, const StoredVerdict*>;

/// Under the keys of `header`, so that runs on other hardware can be compared as well.
Verdicts verdicts_of(const HistoryRun& run, const RunHeader& header) {
  Verdicts verdicts;
  for (const auto& verdict : run.verdicts) verdicts[key_of(header, verdict.record)] = &verdict;
  return verdicts;
}

std::set<std::string> rows_of(const Verdicts& verdicts) {
  std::set<std::string> rows;
  for (const auto& [key, verdict] : verdicts) rows.insert(key.row);
  return rows;
}

std::vector<std::string> only_in(const std::set<std::string>& these,
                                 const std::set<std::string>& others) {
  std::vector<std::string> only;
  std::ranges::set_difference(these, others, std::back_inserter(only));
  return only;
}

/// Claims that only these verdicts have, of rows that the others have too.
std::vector<ClaimKey> claims_only_in(const Verdicts& these, const Verdicts& others) {
  const std::set<std::string> rows = rows_of(others);
  std::vector<ClaimKey> only;
  for (const auto& [key, verdict] : these) {
    if (!others.contains(key) && rows.contains(key.row)) only.push_back(key);
  }
  return only;
}

void compare_verdicts(const Verdicts& before, const Verdicts& now, Changes& changes) {
  for (const auto& [key, verdict] : now) {
    const auto there = before.find(key);
    if (there == before.end()) continue;
    const VerdictRecord& was = there->second->record;
    const VerdictRecord& is = verdict->record;
    if (was.verdict == is.verdict) continue;
    changes.flips.push_back({key, was.verdict, is.verdict, was.reason, is.reason});
  }
  changes.rows_gained = only_in(rows_of(now), rows_of(before));
  changes.rows_lost = only_in(rows_of(before), rows_of(now));
  changes.claims_gained = claims_only_in(now, before);
  changes.claims_lost = claims_only_in(before, now);
}

std::vector<FailedExecution> failed_only_in(const std::vector<FailedExecution>& these,
                                            const std::vector<FailedExecution>& others) {
  std::vector<FailedExecution> only;
  for (const auto& one : these) {
    const bool is_in_others = std::ranges::any_of(others, [&](const FailedExecution& other) {
      return other.row == one.row && other.execution == one.execution;
    });
    if (!is_in_others) only.push_back(one);
  }
  return only;
}

/// The claim's time line up to this run.
std::vector<TimePoint> points_until(const History& history, const ClaimKey& key,
                                    const RunHeader& run) {
  auto points = history.time_line(key);
  std::erase_if(points, [&](const TimePoint& point) {
    return std::tie(point.run.started, point.run.id) > std::tie(run.started, run.id);
  });
  return points;
}

void compare_number(const History& history, const ClaimKey& key, const std::string& unit,
                    Changes& changes) {
  const auto points = points_until(history, key, changes.now);
  const Newest newest = newest_of(points);
  if (!newest.is_measured) return;
  ++changes.measured;
  if (!newest.is_noise_known) ++changes.unknown;
  if (!newest.move) return;
  const auto& [level, value, allowed, since] = *newest.move;
  auto& list = since + 1 == points.size() ? changes.numbers : changes.stayed;
  list.push_back({key, unit, level, value, allowed, points[since].run});
}

bool share_a_row(const HistoryRun& one, const HistoryRun& other) {
  return std::ranges::any_of(one.verdicts, [&](const StoredVerdict& verdict) {
    return std::ranges::any_of(other.verdicts, [&](const StoredVerdict& another) {
      return another.record.row == verdict.record.row;
    });
  });
}

bool is_earlier(const RunHeader& one, const RunHeader& other) {
  return std::tie(one.started, one.id) < std::tie(other.started, other.id);
}

/// The last run before this one that a new command may be compared with.
std::optional<RunHeader> similar_run(const History& history, const std::vector<RunHeader>& runs,
                                     const RunHeader& run) {
  const HistoryRun whole = history.run(run.id);
  for (auto other = runs.rbegin(); other != runs.rend(); ++other) {
    const bool is_similar = other->suite == run.suite && other->hardware == run.hardware &&
                            other->setting == run.setting && other->stages == run.stages &&
                            is_earlier(*other, run);
    if (is_similar && share_a_row(whole, history.run(other->id))) return *other;
  }
  return std::nullopt;
}

/// The last run of each command, with the one before it.
std::vector<RunPair> last_of_commands(const std::vector<RunHeader>& runs) {
  std::map<std::tuple<std::string, std::string, std::string>, RunPair> pairs;
  for (const auto& run : runs) {
    const auto [there, is_new] =
        pairs.try_emplace({run.suite, run.hardware, run.command}, RunPair{std::nullopt, run});
    if (!is_new) there->second = {there->second.second, run};
  }
  std::vector<RunPair> last;
  for (auto& [key, pair] : pairs) last.push_back(std::move(pair));
  return last;
}

Json to_json(const FlippedVerdict& flip) {
  Json value = record_to_json(flip.claim);
  value["before"] = to_string(flip.before);
  value["now"] = to_string(flip.now);
  value["reason_before"] = flip.reason_before;
  value["reason"] = flip.reason;
  return value;
}

Json to_json(const MovedNumber& number) {
  Json value = record_to_json(number.claim);
  value["unit"] = number.unit;
  value["before"] = number_or_null(number.before);
  value["now"] = number_or_null(number.now);
  value["allowed"] = number_or_null(number.allowed);
  value["since"] = record_to_json(number.since);
  return value;
}

Json to_json(const MovedPart& part) {
  return {{"name", part.name}, {"before", part.before}, {"now", part.now}};
}

Json to_json(const FailedExecution& failed) {
  return record_to_json(failed);
}

Json to_json(const ClaimKey& key) {
  return record_to_json(key);
}

template <typename T>
Json list_of(const std::vector<T>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace

bool is_quiet(const Changes& changes) {
  const bool only_commit = std::ranges::all_of(
      changes.parts, [](const MovedPart& part) { return part.name == "commit"; });
  return only_commit && changes.flips.empty() && changes.failed.empty() && changes.mended.empty() &&
         changes.rows_gained.empty() && changes.rows_lost.empty() &&
         changes.claims_gained.empty() && changes.claims_lost.empty() && changes.numbers.empty();
}

Changes changes_between(const History& history, std::int64_t before, std::int64_t now) {
  const HistoryRun was = history.run(before);
  const HistoryRun is = history.run(now);
  Changes changes;
  changes.before = was.header;
  changes.now = is.header;
  changes.verdicts = is.verdicts.size();
  compare_parts(was.parts, is.parts, changes);
  compare_verdicts(verdicts_of(was, is.header), verdicts_of(is, is.header), changes);
  changes.failed = failed_only_in(is.failed, was.failed);
  changes.mended = failed_only_in(was.failed, is.failed);
  for (const auto& verdict : is.verdicts) {
    compare_number(history, key_of(is.header, verdict.record), verdict.record.unit, changes);
  }
  return changes;
}

std::optional<RunHeader> run_before(const History& history, const RunHeader& run) {
  const auto runs = history.runs();
  for (auto other = runs.rbegin(); other != runs.rend(); ++other) {
    const bool is_same = other->suite == run.suite && other->hardware == run.hardware &&
                         other->command == run.command;
    if (is_same && is_earlier(*other, run)) return *other;
  }
  return similar_run(history, runs, run);
}

LastNight last_night(const History& history) {
  const auto runs = history.runs();
  LastNight night;
  for (auto& pair : last_of_commands(runs)) {
    const auto age = seconds_of(runs.back().started) - seconds_of(pair.second.started);
    if (age < kNight) {
      if (!pair.first) pair.first = similar_run(history, runs, pair.second);
      night.pairs.push_back(std::move(pair));
    } else if (age < 2 * kNight) {
      night.missing.push_back(std::move(pair.second));
    }
  }
  return night;
}

Json to_json(const Changes& changes) {
  return {{"before", record_to_json(changes.before)},
          {"now", record_to_json(changes.now)},
          {"quiet", is_quiet(changes)},
          {"parts", list_of(changes.parts)},
          {"flips", list_of(changes.flips)},
          {"failed", list_of(changes.failed)},
          {"mended", list_of(changes.mended)},
          {"rows_gained", changes.rows_gained},
          {"rows_lost", changes.rows_lost},
          {"claims_gained", list_of(changes.claims_gained)},
          {"claims_lost", list_of(changes.claims_lost)},
          {"numbers", list_of(changes.numbers)},
          {"stayed", list_of(changes.stayed)},
          {"verdicts", changes.verdicts},
          {"measured", changes.measured},
          {"unknown_noise", changes.unknown}};
}

}  // namespace harness
