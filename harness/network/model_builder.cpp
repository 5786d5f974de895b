#include "harness/network/model_builder.h"

#include "harness/base/error.h"

namespace harness {
namespace {

models::HeadOptions to_options(const ModelSpec::Head& head) {
  models::HeadOptions options;
  options.type = head.type;
  options.in_channels = head.in_channels;
  options.in_index = head.in_index;
  options.channels = head.channels;
  options.num_classes = head.num_classes;
  options.num_convs = head.num_convs;
  options.kernel_size = head.kernel_size;
  options.concat_input = head.concat_input;
  options.pool_scales = head.pool_scales;
  options.dilations = head.dilations;
  options.c1_in_channels = head.c1_in_channels;
  options.c1_channels = head.c1_channels;
  options.dropout_ratio = head.dropout_ratio;
  options.align_corners = head.align_corners;
  return options;
}

}  // namespace

models::EncoderDecoderOptions to_options(const ModelSpec& spec) {
  models::EncoderDecoderOptions options;
  options.backbone.depth = spec.backbone.depth;
  options.backbone.in_channels = spec.backbone.in_channels;
  options.backbone.stem_channels = spec.backbone.stem_channels;
  options.backbone.base_channels = spec.backbone.base_channels;
  options.backbone.strides = spec.backbone.strides;
  options.backbone.dilations = spec.backbone.dilations;
  options.backbone.contract_dilation = spec.backbone.contract_dilation;
  options.decode_head = to_options(spec.decode_head);
  options.auxiliary_head.reset();
  if (spec.has_auxiliary_head) options.auxiliary_head = to_options(spec.auxiliary_head);
  return options;
}

models::EncoderDecoder build_model(const ModelSpec& spec, const models::StateDict& weights,
                                   Policy policy, torch::Device device) {
  models::EncoderDecoder model(to_options(spec));
  apply_for_inference(*model, policy);
  try {
    models::load_state_dict(*model, weights);
  } catch (const models::StateDictMismatch& mismatch) {
    throw Error(ErrorCode::kStateDictMismatch, spec.decode_head.type, mismatch.what());
  }
  model->to(device);
  model->eval();
  return model;
}

torch::Tensor run_model(models::EncoderDecoder& model, Policy policy, const torch::Tensor& image) {
  const AutocastScope autocast(policy, image.device().type());
  return model->forward(image.to(input_dtype(policy)));
}

}  // namespace harness
