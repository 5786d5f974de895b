#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// What people add to an imported table: {"suite", "defaults", "rows": {"<id>"}}, each a JSON merge
/// patch (RFC 7396) on the suite, on every row, on that row, in this order.
///
/// `claims` of a patch are patched by id: an object by id, or an array of objects with an id; null
/// removes a claim. A default for a claim that a row does not have is passed over.
class Overlay {
 public:
  /// An overlay that changes nothing.
  Overlay() = default;

  /// Throws Error(kIo), Error(kInvalidJson), or Error(kInvalidSuite) for another key on top, a part
  /// that is no object, or claims in another form.
  explicit Overlay(const std::filesystem::path& path);

  /// Throws Error(kInvalidSuite) when a row is patched that is not among `ids`.
  void require_rows(const std::vector<std::string>& ids) const;

  /// The suite without its rows, patched.
  Json patch_suite(Json suite) const;

  /// A row without its claims, patched. A sibling of which only the suite is known is the row's id
  /// without "fp16"; a row that has no such part has then no sibling.
  /// Throws Error(kInvalidSuite) when the patch changes the row's id.
  Json patch_row(Json row) const;

  /// A row's claims, patched; `claims` is an object by id. Throws Error(kInvalidSuite) for a patch
  /// on a claim that the row does not have, unless it states a whole claim.
  Json patch_claims(const std::string& row_id, Json claims) const;

 private:
  std::string subject_;
  Json suite_ = Json::object();
  Json defaults_ = Json::object();
  Json rows_ = Json::object();
  Json default_claims_ = Json::object();
  Json row_claims_ = Json::object();  ///< By row id, then by claim id.
};

}  // namespace harness
