#pragma once

#include <filesystem>
#include <string>

namespace harness {

enum class TextForm {
  kAny,           ///< Of any lines, but no markup.
  kSeveralLines,  ///< And not one line alone, as an error is.
  kMarkdown,      ///< Several lines, a heading or a table, beside comments and markup.
  kYaml,    ///< Several lines of keys or items; none without blanks in front is anything else.
  kPython,  ///< An assignment, an import, a definition; the first line is no prose.
  kLog,     ///< A line with a date and no error, or one of an iteration and its loss.
};

/// Why a file is no text of this form, "" when it is one. An error's text (error_text.h), as
/// servers send it with status 200, is of no form. Looks at the first MiB.
///
/// A log whose last line is cut off is one: a run that was killed leaves it so, and upstream
/// published such logs. A body that lost its end on the way does not come this far: it is shorter
/// than the length that its answer announced, and answers without a length are refused.
std::string not_a_text_of(TextForm form, const std::filesystem::path& file);

}  // namespace harness
