#pragma once

#include <functional>
#include <string>

#include "harness/base/error.h"
#include "harness/base/json.h"

namespace harness {

/// What an action says when it throws Error; a sentence that matches nothing when it does not.
inline std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// The `model` dict of the mini zoo's configs, as a config reader would give it, with the decode
/// head's own keys on top of those that all heads share.
inline Json minizoo_config(const Json& decode_head) {
  const Json norm = {{"type", "BN"}, {"requires_grad", true}};
  const Json common = {{"in_channels", 256},     {"in_index", 3},
                       {"channels", 32},         {"dropout_ratio", 0.1},
                       {"num_classes", 19},      {"norm_cfg", norm},
                       {"align_corners", false}, {"loss_decode", {{"type", "CrossEntropyLoss"}}}};
  Json config = {{"type", "EncoderDecoder"},
                 {"pretrained", "pretrain/resnet50_v1c_w8-32c09ca3.pth"},
                 {"backbone",
                  {{"type", "ResNetV1c"},
                   {"depth", 50},
                   {"num_stages", 4},
                   {"out_indices", {0, 1, 2, 3}},
                   {"dilations", {1, 1, 2, 4}},
                   {"strides", {1, 2, 1, 1}},
                   {"norm_cfg", norm},
                   {"norm_eval", false},
                   {"style", "pytorch"},
                   {"contract_dilation", true},
                   {"base_channels", 8},
                   {"stem_channels", 8}}},
                 {"decode_head", common},
                 {"auxiliary_head", common},
                 {"train_cfg", Json::object()},
                 {"test_cfg", {{"mode", "whole"}}}};
  config["decode_head"].update(decode_head);
  config["auxiliary_head"].update(Json{{"type", "FCNHead"},
                                       {"in_channels", 128},
                                       {"in_index", 2},
                                       {"channels", 16},
                                       {"num_convs", 1},
                                       {"concat_input", false}});
  return config;
}

inline Json minizoo_fcn_config() {
  return minizoo_config({{"type", "FCNHead"}, {"num_convs", 2}, {"concat_input", true}});
}

}  // namespace harness
