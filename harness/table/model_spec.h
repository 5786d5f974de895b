#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/table/suite.h"

namespace harness {

/// Everything that determines a segmentor's state dict and forward pass, as plain data. Names are
/// MMSegmentation's. Defaults are those of the zoo's R-101-D8 rows (mmseg 0.17.0
/// configs/_base_/models/{fcn,pspnet,deeplabv3,deeplabv3plus}_r50-d8.py with depth 101).
struct ModelSpec {
  struct Backbone {
    std::int64_t depth = 101;
    std::int64_t in_channels = 3;
    std::int64_t stem_channels = 64;
    std::int64_t base_channels = 64;
    std::vector<std::int64_t> strides = {1, 2, 1, 1};
    std::vector<std::int64_t> dilations = {1, 1, 2, 4};
    bool contract_dilation = true;
  };
  struct Head {
    std::string type = "FCNHead";  ///< FCNHead, PSPHead, ASPPHead, DepthwiseSeparableASPPHead.
    std::int64_t in_channels = 2048;
    std::int64_t in_index = 3;
    std::int64_t channels = 512;
    std::int64_t num_classes = 19;
    std::int64_t num_convs = 2;                             ///< FCNHead.
    std::int64_t kernel_size = 3;                           ///< FCNHead.
    bool concat_input = true;                               ///< FCNHead.
    std::vector<std::int64_t> pool_scales = {1, 2, 3, 6};   ///< PSPHead.
    std::vector<std::int64_t> dilations = {1, 12, 24, 36};  ///< ASPP heads.
    std::int64_t c1_in_channels = 256;  ///< DepthwiseSeparableASPPHead; 0: no c1 branch.
    std::int64_t c1_channels = 48;      ///< DepthwiseSeparableASPPHead.
    double dropout_ratio = 0.1;
    bool align_corners = false;
  };
  Backbone backbone;
  Head decode_head;
  Head auxiliary_head;
  bool has_auxiliary_head = true;
};

/// The model of a row: the zoo's defaults for `row.method`, then what the config inside the
/// checkpoint says (`config_model`: its `model` dict as JSON, null when there is none), then what
/// the suite says (`row.model`). Channel counts that follow from others (a head's in_channels from
/// the backbone's width) are derived unless one of the three states them.
/// Throws Error(kInvalidSuite) for a head type, depth or key that is not known.
ModelSpec resolve_model(const Row& row, const Json& config_model);

/// Facts that both the suite and the config state and that differ: one line each,
/// "decode_head.channels: suite says 32, config says 512". Empty when they agree.
std::vector<std::string> model_contradictions(const Row& row, const Json& config_model);

/// One entry of a state dict.
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;
  enum class Kind {
    kConvolution,  ///< Convolution weights and biases: half in a half-trained model.
    kNorm,         ///< Batch-norm affine and statistics: float.
    kCounter,      ///< num_batches_tracked: int64.
  } kind = Kind::kConvolution;
};

/// The state dict in MMSegmentation's order: backbone, decode_head, auxiliary_head; inside a head
/// conv_seg first. Computed from the specification alone; a test of models/ holds it against the
/// modules.
std::vector<TensorSpec> state_dict_layout(const ModelSpec& spec);

Json to_json(const ModelSpec& spec);
ModelSpec model_spec_from_json(const Json& value);

}  // namespace harness
