#pragma once

#include <string>
#include <vector>

#include "harness/record/job.h"
#include "harness/record/verdict.h"

namespace harness {

/// Words as a POSIX shell reads them: those with anything but plain characters in quotes.
std::string shell_words(const std::vector<std::string>& words);

/// The job's command line without places of results.
std::string job_command(const Job& job);

/// The job's command for the row and stage alone that the claim rests on: the first stage of those
/// that the job was asked for, else the one that would measure it.
std::string claim_command(const JobRecord& job, const VerdictRecord& verdict);

}  // namespace harness
