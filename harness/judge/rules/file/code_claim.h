#pragma once

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// `code`: "none" is expected: nothing that Python would run on loading the file and that is not
/// known to be harmless. Every callable is named with the kinds of its arguments. A class of a
/// library that is not known counts too: to make its objects its module is imported.
Finding judge_code(const CheckpointRecord& checkpoint);

/// "os.system(a string); makes an object of a.B" of what runs for sure (`all` is false), or of all.
std::string code_text(std::vector<UnknownCodeRecord> code, bool all);

}  // namespace harness
