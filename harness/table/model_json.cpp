#include "harness/table/model_json.h"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr std::int64_t kMaxChannels = 65536;
constexpr std::size_t kStagesOfConfig = 4;

template <typename Part>
struct IntegerField {
  const char* key;
  std::int64_t Part::*member;
  std::int64_t low;
  std::int64_t high;
};

template <typename Part>
struct ListField {
  const char* key;
  std::vector<std::int64_t> Part::*member;
  std::size_t min_size;
  std::size_t max_size;
  std::int64_t high;
};

template <typename Part>
struct FlagField {
  const char* key;
  bool Part::*member;
};

using Backbone = ModelSpec::Backbone;
using Head = ModelSpec::Head;

constexpr IntegerField<Backbone> kBackboneIntegers[] = {
    {"depth", &Backbone::depth, 50, 152},
    {"in_channels", &Backbone::in_channels, 1, kMaxChannels},
    {"stem_channels", &Backbone::stem_channels, 2, kMaxChannels},
    {"base_channels", &Backbone::base_channels, 1, kMaxChannels},
};
constexpr ListField<Backbone> kBackboneLists[] = {
    {"strides", &Backbone::strides, kStagesOfConfig, kStagesOfConfig, 16},
    {"dilations", &Backbone::dilations, kStagesOfConfig, kStagesOfConfig, 256},
};
constexpr FlagField<Backbone> kBackboneFlags[] = {
    {"contract_dilation", &Backbone::contract_dilation}};

constexpr IntegerField<Head> kHeadIntegers[] = {
    // A head's input is at most 32 times the backbone's width: expansion 4 of 8 times
    // base_channels.
    {"in_channels", &Head::in_channels, 1, 32 * kMaxChannels},
    {"in_index", &Head::in_index, 0, kStagesOfConfig - 1},
    {"channels", &Head::channels, 1, kMaxChannels},
    {"num_classes", &Head::num_classes, 1, kMaxChannels},
    {"num_convs", &Head::num_convs, 0, 64},
    {"kernel_size", &Head::kernel_size, 1, 31},
    {"c1_in_channels", &Head::c1_in_channels, 0, 32 * kMaxChannels},
    {"c1_channels", &Head::c1_channels, 0, kMaxChannels},
};
constexpr ListField<Head> kHeadLists[] = {
    {"pool_scales", &Head::pool_scales, 1, 16, 1024},
    {"dilations", &Head::dilations, 1, 16, 1024},
};
constexpr FlagField<Head> kHeadFlags[] = {{"concat_input", &Head::concat_input},
                                          {"align_corners", &Head::align_corners}};

template <typename Part>
void read_field(ObjectReader& reader, const IntegerField<Part>& field, Part& part) {
  if (const auto value = reader.optional_integer(field.key)) {
    part.*field.member = require_between(reader, field.key, *value, field.low, field.high);
  }
}

template <typename Part>
void read_field(ObjectReader& reader, const ListField<Part>& field, Part& part) {
  const Json* value = reader.optional(field.key);
  if (value == nullptr) return;
  if (!value->is_array() || value->size() < field.min_size || value->size() > field.max_size) {
    reader.fail(field.key, fmt::format("expected an array of {} to {} integers, got {}",
                                       field.min_size, field.max_size,
                                       value->is_array() ? fmt::format("{} values", value->size())
                                                         : std::string(describe_type(*value))));
  }
  std::vector<std::int64_t> list;
  for (const Json& item : *value) {
    if (!item.is_number_integer()) {
      reader.fail(field.key, fmt::format("expected integers, got {}", describe_type(item)));
    }
    list.push_back(require_between(reader, field.key, item.get<std::int64_t>(), 1, field.high));
  }
  part.*field.member = std::move(list);
}

template <typename Part>
void read_field(ObjectReader& reader, const FlagField<Part>& field, Part& part) {
  const Json* value = reader.optional(field.key);
  if (value == nullptr) return;
  if (!value->is_boolean()) {
    reader.fail(field.key, fmt::format("expected a boolean, got {}", describe_type(*value)));
  }
  part.*field.member = value->get<bool>();
}

void read_backbone(const Json& value, const std::string& subject, const std::string& path,
                   Backbone& backbone) {
  ObjectReader reader(value, subject, path);
  if (const auto type = reader.optional_string("type")) {
    require_one_of(reader, "type", *type, {"ResNetV1c"});
  }
  for (const auto& field : kBackboneIntegers) read_field(reader, field, backbone);
  for (const auto& field : kBackboneLists) read_field(reader, field, backbone);
  for (const auto& field : kBackboneFlags) read_field(reader, field, backbone);
  if (backbone.depth != 50 && backbone.depth != 101 && backbone.depth != 152) {
    reader.fail("depth", fmt::format("expected 50, 101 or 152, got {}", backbone.depth));
  }
  if (backbone.stem_channels % 2 != 0) {
    reader.fail(
        "stem_channels",
        fmt::format("expected an even number (the stem's first convolutions have half of it), "
                    "got {}",
                    backbone.stem_channels));
  }
  reader.finish();
}

void read_head(const Json& value, const std::string& subject, const std::string& path, Head& head) {
  ObjectReader reader(value, subject, path);
  if (const auto type = reader.optional_string("type")) {
    head.type = require_one_of(reader, "type", *type,
                               {"FCNHead", "PSPHead", "ASPPHead", "DepthwiseSeparableASPPHead"});
  }
  for (const auto& field : kHeadIntegers) read_field(reader, field, head);
  for (const auto& field : kHeadLists) read_field(reader, field, head);
  for (const auto& field : kHeadFlags) read_field(reader, field, head);
  if (head.kernel_size % 2 == 0) {
    reader.fail("kernel_size", fmt::format("expected an odd number, got {}", head.kernel_size));
  }
  head.dropout_ratio = reader.optional_number("dropout_ratio").value_or(head.dropout_ratio);
  if (!(head.dropout_ratio >= 0.0 && head.dropout_ratio < 1.0)) {
    reader.fail("dropout_ratio", fmt::format("expected a number from 0 to less than 1, got {:f}",
                                             head.dropout_ratio));
  }
  reader.finish();
}

Json to_json(const Backbone& backbone) {
  Json value = Json::object();
  for (const auto& field : kBackboneIntegers) value[field.key] = backbone.*field.member;
  for (const auto& field : kBackboneLists) value[field.key] = backbone.*field.member;
  for (const auto& field : kBackboneFlags) value[field.key] = backbone.*field.member;
  return value;
}

Json to_json(const Head& head) {
  Json value = {{"type", head.type}};
  for (const auto& field : kHeadIntegers) value[field.key] = head.*field.member;
  for (const auto& field : kHeadLists) value[field.key] = head.*field.member;
  for (const auto& field : kHeadFlags) value[field.key] = head.*field.member;
  value["dropout_ratio"] = head.dropout_ratio;
  return value;
}

/// Throws Error(kInvalidSuite) when `value` lacks a key that `all` has.
void require_keys_of(const Json& all, const Json& value, const std::string& path) {
  ObjectReader reader(value, "model specification", path);
  for (const auto& [key, ignored] : all.items()) reader.required(key);
}

}  // namespace

void read_stated_model(const Json& model, std::string_view subject, std::string_view path,
                       ModelSpec& spec) {
  const std::string file(subject);
  ObjectReader reader(model, file, std::string(path));
  if (const Json* backbone = reader.optional("backbone")) {
    read_backbone(*backbone, file, reader.path_of("backbone"), spec.backbone);
  }
  if (const Json* head = reader.optional("decode_head")) {
    read_head(*head, file, reader.path_of("decode_head"), spec.decode_head);
  }
  if (const Json* head = reader.optional("auxiliary_head")) {
    spec.has_auxiliary_head = !head->is_null();
    if (spec.has_auxiliary_head) {
      read_head(*head, file, reader.path_of("auxiliary_head"), spec.auxiliary_head);
    }
  }
  reader.finish();
}

void check_stated_model(const Json& model, std::string_view subject, std::string_view path) {
  ModelSpec ignored;
  read_stated_model(model, subject, path, ignored);
}

Json to_json(const ModelSpec& spec) {
  return {
      {"backbone", to_json(spec.backbone)},
      {"decode_head", to_json(spec.decode_head)},
      {"auxiliary_head", spec.has_auxiliary_head ? to_json(spec.auxiliary_head) : Json(nullptr)}};
}

ModelSpec model_spec_from_json(const Json& value) {
  const Json all = to_json(ModelSpec{});
  require_keys_of(all, value, "");
  require_keys_of(all["backbone"], value["backbone"], "backbone");
  require_keys_of(all["decode_head"], value["decode_head"], "decode_head");
  if (!value["auxiliary_head"].is_null()) {
    require_keys_of(all["auxiliary_head"], value["auxiliary_head"], "auxiliary_head");
  }
  ModelSpec spec;
  read_stated_model(value, "model specification", "", spec);
  return spec;
}

}  // namespace harness
