#pragma once

#include "harness/fetch/store.h"
#include "harness/record/contradiction.h"
#include "harness/table/suite.h"

namespace harness {

/// Contradictions between what the suite records of table, metafile and history, and the published
/// files that are at hand (docs/auditing.md). Offline, a file that is not in the cache is not
/// looked at and stands in `unseen`.
AuditResult audit_suite(const Suite& suite, const StoreOptions& store);

}  // namespace harness
