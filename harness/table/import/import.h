#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "harness/base/json.h"
#include "harness/table/import/import_notice.h"

namespace harness {

/// A suite and what of its tables could not be taken over as it stands.
struct ImportedSuite {
  Json suite;  ///< As to_json(Suite) writes it: importing again gives the same bytes.
  std::vector<ImportNotice> notices;
};

/// A larger page or metafile is none that anybody wrote.
inline constexpr std::size_t kMaxPageBytes = std::size_t{16} << 20;

/// Makes a suite of published tables: Markdown pages (.md, .markdown) and model-zoo metafiles
/// (.yml, .yaml) in any mix, joined by the stem of each model's config. A table's number wins over
/// a metafile's; where they differ, the claim keeps both (see merge_metafile).
///
/// overlay: see Overlay; an empty path means none.
/// output: where the suite will be written; it is not written here. Links and sources become
/// relative to its folder, and its stem is the suite's name unless the overlay names it.
///
/// Throws Error(kInvalidTable) with file and line for what is no table of models at all,
/// Error(kInvalidSuite) for an overlay that makes no sound suite, Error(kUsage) for no tables or a
/// file of another kind, Error(kIo).
ImportedSuite import_suite(const std::vector<std::filesystem::path>& tables,
                           const std::filesystem::path& overlay,
                           const std::filesystem::path& output);

}  // namespace harness
