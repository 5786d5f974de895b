#include "models/registry.h"

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/aspp_head.h"
#include "models/depthwise_separable_aspp_head.h"
#include "models/fcn_head.h"
#include "models/psp_head.h"

namespace models {
namespace {

using Factory = std::shared_ptr<DecodeHeadImpl> (*)(const HeadOptions&);

template <typename Head>
std::shared_ptr<DecodeHeadImpl> make(const HeadOptions& options) {
  return std::make_shared<Head>(options);
}

constexpr auto kHeads = std::to_array<std::pair<std::string_view, Factory>>({
    {"FCNHead", make<FCNHeadImpl>},
    {"PSPHead", make<PSPHeadImpl>},
    {"ASPPHead", make<ASPPHeadImpl>},
    {"DepthwiseSeparableASPPHead", make<DepthwiseSeparableASPPHeadImpl>},
});

}  // namespace

std::shared_ptr<DecodeHeadImpl> make_head(const HeadOptions& options) {
  std::string known;
  for (const auto& [type, factory] : kHeads) {
    if (type == options.type) return factory(options);
    known.append(known.empty() ? "" : ", ").append(type);
  }
  throw std::invalid_argument("head type: expected one of " + known + ", got " + options.type);
}

std::vector<std::string> head_types() {
  std::vector<std::string> types;
  for (const auto& entry : kHeads) types.emplace_back(entry.first);
  return types;
}

}  // namespace models
