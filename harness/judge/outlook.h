#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/judge/finding.h"
#include "harness/record/speed_record.h"
#include "harness/record/verdict.h"

namespace harness {

/// What will come of a claim, as far as it is known before anything is measured.
enum class Prospect {
  kJudged,  ///< It will be measured and compared: PASS, FAIL, AMBIGUOUS, XFAIL or XPASS.
  kFails,   ///< FAIL, whatever is measured: a file is missing or is another one.
  kUnfit,   ///< As the verdicts of these names.
  kSkipped,
  kNotVerifiable,
  kNotAsked,  ///< The job was not asked for its stage or arithmetic.
};

/// "judged", "fails", "unfit", "skipped", "not_verifiable", "not_asked".
std::string_view to_string(Prospect prospect) noexcept;

/// An execution whose result a rule reads.
struct NeededResult {
  std::string stage;
  std::string precision;
};

struct ClaimOutlook {
  std::string row;
  std::string claim;
  std::string evidence;
  Prospect prospect = Prospect::kFails;
  std::string reason;                  ///< "" where it is judged.
  std::string resource;                ///< What a skip lacks (missing_resource), or "".
  std::vector<NeededResult> rests_on;  ///< Empty: on the examined files alone.
};

/// All results without which the claim's rule judges nothing, in its order; empty for claims about
/// files and for those without a rule.
std::vector<NeededResult> needed_results(const ClaimContext& context);

/// What judge_claim() will make of the claim. context.results: one for each execution of the job:
/// what examine recorded, whose claims are judged as they stand; a skip or an error where nothing
/// will be measured; and for every other a result of status ok without measurements, which has the
/// device and environment that it will have. setup: of the stage speed.
ClaimOutlook foresee_claim(const ClaimContext& context, const SpeedSetup& setup);

}  // namespace harness
