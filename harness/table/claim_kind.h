#pragma once

#include <span>
#include <string_view>

#include "harness/base/json.h"

namespace harness {

/// What docs/formats.md says of a claim id, whatever the row.
struct ClaimKind {
  std::string_view id;
  std::string_view evidence;
  enum class Value {
    kNumber,
    kText,
    kNumberOrText,
  } value;
  std::string_view unit;
};

/// Every claim id of docs/formats.md, in the order in which an imported suite lists them.
std::span<const ClaimKind> claim_kinds() noexcept;

/// Null pointer for an id that is not listed: a suite may have claims of its own.
const ClaimKind* find_claim_kind(std::string_view id) noexcept;

/// Is `value` null ("not published") or of the type that claims of this kind have?
bool accepts(const ClaimKind& kind, const Json& value) noexcept;

/// "a number", "a text", "a number or a text": for messages.
std::string_view describe(ClaimKind::Value value) noexcept;

}  // namespace harness
