#pragma once

#include <string_view>

namespace harness {

/// The kind of layer that an operator belongs to, by the name under which LibTorch records it
/// ("aten::batch_norm") or its node in the graph of gradients ("NativeBatchNormBackward0"): a key
/// of BytesByKind. "layout": a copy that only changes how a tensor lies in memory. "" for a name
/// that belongs to no kind by itself, for example "aten::empty".
std::string_view operator_kind(std::string_view name) noexcept;

}  // namespace harness
