#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <CLI/CLI.hpp>

namespace harness {

/// The forms of the options of all commands. `metavar` is the placeholder of the value in the help:
/// a word such as FILE, DIR or N.

/// Checks that a value is not "", which a shell makes of a variable that is not set.
CLI::Validator not_empty();

/// A positional argument; it is required.
template <typename T>
CLI::Option* add_positional(CLI::App& command, const std::string& name, T& value,
                            const std::string& help) {
  return command.add_option(name, value, help)->required()->type_name("")->check(not_empty());
}

/// --name VALUE; a text is not empty.
template <typename T>
CLI::Option* add_value(CLI::App& command, const std::string& name, T& value,
                       const std::string& metavar, const std::string& help) {
  CLI::Option* const option = command.add_option(name, value, help)->option_text(metavar);
  return std::is_arithmetic_v<T> ? option : option->check(not_empty());
}

/// --name VALUE[,VALUE...], which may be given more than once. It takes one argument each time:
/// what follows is not taken for another value.
template <typename T>
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<T>& values,
                      const std::string& metavar, const std::string& help) {
  return add_value(command, name, values, metavar + ",...", help)
      ->delimiter(',')
      ->allow_extra_args(false);
}

/// The largest whole number that options take.
inline constexpr std::int64_t kMostOfAnOption = std::int64_t{1} << 30;

/// Checks that an option's value is a whole number, `least` to `most`, and no other text; what is
/// wrong reads "expected a whole number of iterations, 1 to 1073741824, got 0". `unit` may be "".
CLI::Validator whole_number(const std::string& unit, std::int64_t least,
                            std::int64_t most = kMostOfAnOption);

/// The same for a number that may have a fraction and is finite, "0.5 or more" without `most`.
CLI::Validator any_number(const std::string& unit, double least,
                          double most = std::numeric_limits<double>::infinity());

/// Checks that the folder exists that holds the file, or is to hold it.
CLI::Validator file_in_a_folder();

/// --json, with `what` as its help.
void add_json_flag(CLI::App& command, bool& json, const std::string& what = "Print JSON");

/// --timeout SECONDS, of commands that start workers.
void add_timeout_option(CLI::App& command, std::int64_t& seconds);

/// Where a suite's files come from: --cache, --lock, --offline.
template <typename Options>
void add_store_options(CLI::App& command, Options& options) {
  add_value(command, "--cache", options.cache, "DIR", "Cache folder for downloads");
  add_value(command, "--lock", options.lock, "FILE", "Lock file of the suite's downloads")
      ->check(file_in_a_folder());
  command.add_flag("--offline", options.offline, "Never touch the network");
}

/// Where the commands that start workers leave the results, and what they give a worker: --out,
/// --threads, --timeout.
template <typename Options>
void add_worker_options(CLI::App& command, Options& options) {
  add_value(command, "--out", options.out, "DIR", "Run directory (default: runs/<suite>)");
  add_value(command, "--threads", options.threads, "N",
            "Threads of the worker (0, the default: all cores)")
      ->check(whole_number("threads", 0, 4096));
  add_timeout_option(command, options.timeout_s);
}

/// The common options of the commands that start workers for the rows of a suite.
template <typename Options>
void add_job_options(CLI::App& command, Options& options) {
  add_list(command, "--row", options.rows, "ROW",
           "Only these rows: an id or any unambiguous part of it");
  add_value(command, "--data", options.data, "DIR", "Root of the data set, instead of the suite's");
  add_worker_options(command, options);
  add_store_options(command, options);
}

/// --require gpu,data,network,memory,worker, of commands that judge.
void add_require_option(CLI::App& command, std::vector<std::string>& lacks);

/// Exit codes of a command that judges claims.
inline constexpr const char* kJudgedExits =
    "0 every claim that could be judged passes, 1 a claim fails, 2 unusable input,\n"
    "  3 none fails and one is too noisy to say, 77 nothing could be judged, 130 interrupted";

/// Ends the help of a command with an example and its exit codes.
void add_footer(CLI::App& command, const std::string& example, const std::string& exit_codes);

}  // namespace harness
