#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace harness {

/// What a field of a record cannot hold, whatever was measured. A record that has such fields names
/// the first that is wrong, and its reader (fields.h) refuses the file with the field's path:
///
///   static FieldDefect form_defect(const StoredFileRecord& record) {
///     return first_defect({sha256_defect("sha256", record.sha256), ...});
///   }
///
/// That is for texts that are a name, a digest, a time or one of a few words, and for values that
/// exclude one another in one record. What was measured is compared by the judge.
struct FieldDefect {
  std::string key;     ///< Its path in the record; "" where nothing is wrong.
  std::string detail;  ///< "expected ..., got ...".
};

/// The first that is one.
FieldDefect first_defect(std::initializer_list<FieldDefect> defects);

/// Unless it is 64 lower-case hex digits.
FieldDefect sha256_defect(const std::string& key, std::string_view text);
/// Where it is empty.
FieldDefect name_defect(const std::string& key, std::string_view text);
/// Unless it is one of the words.
FieldDefect word_defect(const std::string& key, std::string_view text,
                        std::initializer_list<std::string_view> words);
/// Unless it is UTC as "2026-11-24T05:30:50Z".
FieldDefect time_defect(const std::string& key, std::string_view text);

}  // namespace harness
