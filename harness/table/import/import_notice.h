#pragma once

#include <string>
#include <vector>

namespace harness {

/// Something on a page that an import could not take over as it stands.
struct ImportNotice {
  enum class Kind {
    kRefused,  ///< A cell or a row that cannot be read: it is imported as "not published".
    kUnread,   ///< A column that looks like a known one and is not read.
  };

  Kind kind = Kind::kRefused;
  std::string place;   ///< "README.md:16".
  std::string detail;  ///< What was expected and what stands there.
};

/// "README.md:16: column "mIoU": expected ..., got ...".
std::string to_string(const ImportNotice& notice);

/// Throws Error(kInvalidTable) that lists the cells and rows that were refused (the first 20), at
/// the first one's place; does nothing where none was.
void require_readable(const std::vector<ImportNotice>& notices);

}  // namespace harness
