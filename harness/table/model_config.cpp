#include "harness/table/model_config.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "harness/table/json_checks.h"

namespace harness {
namespace {

enum class Role {
  kFact,     ///< Goes into the specification.
  kIgnored,  ///< Changes neither keys nor forward pass.
  kFixed,    ///< Only one value can be expressed.
  kNorm,     ///< A norm layer's config.
};

struct ConfigKey {
  std::string_view name;
  Role role;
  const char* only_value = "";  ///< JSON text, for kFixed.
};

constexpr std::array kModelKeys{
    ConfigKey{"type", Role::kFixed, R"("EncoderDecoder")"},
    ConfigKey{"backbone", Role::kFact},
    ConfigKey{"decode_head", Role::kFact},
    ConfigKey{"auxiliary_head", Role::kFact},
    ConfigKey{"neck", Role::kFixed, "null"},
    ConfigKey{"pretrained", Role::kIgnored},
    ConfigKey{"init_cfg", Role::kIgnored},
    ConfigKey{"train_cfg", Role::kIgnored},
    ConfigKey{"test_cfg", Role::kIgnored},
    ConfigKey{"data_preprocessor", Role::kIgnored},
};

constexpr std::array kBackboneKeys{
    ConfigKey{"type", Role::kFixed, R"("ResNetV1c")"},
    ConfigKey{"depth", Role::kFact},
    ConfigKey{"in_channels", Role::kFact},
    ConfigKey{"stem_channels", Role::kFact},
    ConfigKey{"base_channels", Role::kFact},
    ConfigKey{"strides", Role::kFact},
    ConfigKey{"dilations", Role::kFact},
    ConfigKey{"contract_dilation", Role::kFact},
    ConfigKey{"num_stages", Role::kFixed, "4"},
    ConfigKey{"out_indices", Role::kFixed, "[0, 1, 2, 3]"},
    ConfigKey{"style", Role::kFixed, R"("pytorch")"},
    ConfigKey{"deep_stem", Role::kFixed, "true"},
    ConfigKey{"avg_down", Role::kFixed, "false"},
    ConfigKey{"multi_grid", Role::kFixed, "null"},
    ConfigKey{"conv_cfg", Role::kFixed, "null"},
    ConfigKey{"dcn", Role::kFixed, "null"},
    ConfigKey{"stage_with_dcn", Role::kFixed, "[false, false, false, false]"},
    ConfigKey{"plugins", Role::kFixed, "null"},
    ConfigKey{"norm_cfg", Role::kNorm},
    ConfigKey{"norm_eval", Role::kIgnored},
    ConfigKey{"frozen_stages", Role::kIgnored},
    ConfigKey{"with_cp", Role::kIgnored},
    ConfigKey{"zero_init_residual", Role::kIgnored},
    ConfigKey{"pretrained", Role::kIgnored},
    ConfigKey{"init_cfg", Role::kIgnored},
};

constexpr std::array kHeadKeys{
    ConfigKey{"type", Role::kFact},
    ConfigKey{"in_channels", Role::kFact},
    ConfigKey{"in_index", Role::kFact},
    ConfigKey{"channels", Role::kFact},
    ConfigKey{"num_classes", Role::kFact},
    ConfigKey{"num_convs", Role::kFact},
    ConfigKey{"kernel_size", Role::kFact},
    ConfigKey{"concat_input", Role::kFact},
    ConfigKey{"pool_scales", Role::kFact},
    ConfigKey{"dilations", Role::kFact},
    ConfigKey{"c1_in_channels", Role::kFact},
    ConfigKey{"c1_channels", Role::kFact},
    ConfigKey{"dropout_ratio", Role::kFact},
    ConfigKey{"align_corners", Role::kFact},
    ConfigKey{"dilation", Role::kFixed, "1"},
    ConfigKey{"input_transform", Role::kFixed, "null"},
    ConfigKey{"conv_cfg", Role::kFixed, "null"},
    ConfigKey{"act_cfg", Role::kFixed, R"({"type": "ReLU"})"},
    ConfigKey{"out_channels", Role::kFixed, "null"},
    ConfigKey{"norm_cfg", Role::kNorm},
    ConfigKey{"loss_decode", Role::kIgnored},
    ConfigKey{"sampler", Role::kIgnored},
    ConfigKey{"ignore_index", Role::kIgnored},
    ConfigKey{"threshold", Role::kIgnored},
    ConfigKey{"init_cfg", Role::kIgnored},
};

void check_norm(const ObjectReader& reader, const Json& norm) {
  constexpr double kEps = 1e-5;
  const auto type = norm.is_object() ? norm.find("type") : norm.end();
  const bool known = norm.is_object() && type != norm.end() &&
                     (*type == "BN" || *type == "BN2d" || *type == "SyncBN");
  if (!known) reader.fail("norm_cfg", "expected type BN or SyncBN, got " + excerpt_of(norm));
  const auto eps = norm.find("eps");
  if (eps != norm.end() && *eps != kEps) {
    reader.fail("norm_cfg", "expected an eps of 1e-05, got " + excerpt_of(*eps));
  }
}

/// The facts among the keys of `object`; every other key is checked or dropped.
template <std::size_t n>
Json select_facts(ObjectReader& reader, const std::array<ConfigKey, n>& keys) {
  Json facts = Json::object();
  for (const ConfigKey& key : keys) {
    const Json* value = reader.optional(key.name);
    if (value == nullptr || key.role == Role::kIgnored) continue;
    if (key.role == Role::kFact) facts[std::string(key.name)] = *value;
    if (key.role == Role::kNorm) check_norm(reader, *value);
    if (key.role == Role::kFixed && *value != Json::parse(key.only_value)) {
      reader.fail(key.name, fmt::format("expected {}, got {}", key.only_value, excerpt_of(*value)));
    }
  }
  reader.finish();
  return facts;
}

/// Refuses a part that MMSegmentation itself could not build or would build without batch norm.
void require_keys(ObjectReader& reader, std::initializer_list<const char*> keys) {
  for (const char* key : keys) reader.required(key);
}

Json backbone_facts(const Json& value, const std::string& subject, bool whole) {
  ObjectReader reader(value, subject, "config.model.backbone");
  if (whole) require_keys(reader, {"type", "depth"});
  return select_facts(reader, kBackboneKeys);
}

Json head_facts(const Json& value, const std::string& subject, const std::string& name,
                bool whole) {
  ObjectReader reader(value, subject, "config.model." + name);
  if (whole) require_keys(reader, {"type", "channels", "num_classes", "norm_cfg"});
  Json facts = select_facts(reader, kHeadKeys);
  const auto index = facts.find("in_index");
  if (index != facts.end() && index->is_number_integer() && *index < 0) {
    *index = index->get<std::int64_t>() + 4;
  }
  return facts;
}

}  // namespace

bool is_whole_config(const Json& config_model) {
  return config_model.is_object() && config_model.contains("type");
}

Json facts_of_config(const Json& config_model, const std::string& subject) {
  ObjectReader reader(config_model, subject, "config.model");
  const bool whole = is_whole_config(config_model);
  if (whole) require_keys(reader, {"backbone", "decode_head"});
  Json facts = select_facts(reader, kModelKeys);
  if (facts.contains("backbone")) {
    facts["backbone"] = backbone_facts(facts["backbone"], subject, whole);
  }
  for (const char* name : {"decode_head", "auxiliary_head"}) {
    const auto head = facts.find(name);
    if (head == facts.end() || head->is_null()) continue;
    *head = head_facts(*head, subject, name, whole);
  }
  return facts;
}

ModelSpec class_defaults() {
  ModelSpec spec;
  spec.backbone.strides = {1, 2, 2, 2};
  spec.backbone.dilations = {1, 1, 1, 1};
  spec.backbone.contract_dilation = false;
  spec.decode_head.dilations = {1, 6, 12, 18};
  spec.auxiliary_head = spec.decode_head;
  spec.has_auxiliary_head = false;
  return spec;
}

}  // namespace harness
