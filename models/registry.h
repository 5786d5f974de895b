#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/decode_head.h"

namespace models {

/// Makes the head that options.type names. Throws std::invalid_argument that lists the known types.
std::shared_ptr<DecodeHeadImpl> make_head(const HeadOptions& options);

/// Every type that make_head knows.
std::vector<std::string> head_types();

}  // namespace models
