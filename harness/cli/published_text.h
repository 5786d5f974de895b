#pragma once

#include <filesystem>
#include <string>

namespace harness {

enum class TextForm {
  kAny,           ///< Of any lines, but no markup.
  kSeveralLines,  ///< And not one line alone, as an error is.
  kMarkdown,      ///< Several lines, a heading or a table, beside comments and markup.
  kYaml,          ///< Several lines of keys or items.
  kPython,        ///< An assignment, an import, a definition.
  kLog,           ///< A line that begins with a date, or one of an iteration and its loss.
};

/// Why a file is no text of this form, "" when it is one: "Not Found" and "quota exceeded", as
/// servers send them with status 200, are of no form but the first. Looks at the first MiB.
std::string not_a_text_of(TextForm form, const std::filesystem::path& file);

}  // namespace harness
