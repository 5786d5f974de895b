#pragma once

#include <string_view>
#include <vector>

#include "harness/table/import/published_row.h"

namespace harness {

/// The models of a metafile as rows. Milliseconds per image become images per second; how they were
/// measured becomes the fact's conditions. A config's path that repeats the end of the metafile's
/// folder ("configs/fp16/x.py" in configs/fp16/) starts at the repository's root, as upstream's do.
///
/// A value that cannot be read is "not published" with the condition `unread`, and a notice; a
/// model that nothing names is left out with a notice. Throws Error(kInvalidTable) as read_metafile
/// does.
PublishedRows rows_of_metafile(std::string_view text, const PublishedPage& page);

}  // namespace harness
