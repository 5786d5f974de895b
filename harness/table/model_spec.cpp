#include "harness/table/model_spec.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/table/json_checks.h"
#include "harness/table/method_name.h"
#include "harness/table/model_config.h"
#include "harness/table/model_json.h"

namespace harness {
namespace {

constexpr std::int64_t kExpansion = 4;

ModelSpec zoo_defaults() {
  ModelSpec spec;
  spec.auxiliary_head.in_index = 2;
  spec.auxiliary_head.channels = 256;
  spec.auxiliary_head.num_convs = 1;
  spec.auxiliary_head.concat_input = false;
  return spec;
}

/// Does the suite or the config say it?
bool is_stated(const Row& row, const Json& config, const char* part, const char* key) {
  for (const Json* model : {&row.model, &config}) {
    const auto found = model->find(part);
    if (found != model->end() && found->is_object() && found->contains(key)) return true;
  }
  return false;
}

void derive_head(const Row& row, const Json& config, const char* part, std::int64_t base_channels,
                 ModelSpec::Head& head) {
  if (!is_stated(row, config, part, "in_channels")) {
    head.in_channels = (base_channels * kExpansion) << head.in_index;
  }
  if (!is_stated(row, config, part, "c1_in_channels")) {
    head.c1_in_channels = base_channels * kExpansion;
  }
  if (head.c1_in_channels == 0 && !is_stated(row, config, part, "c1_channels")) {
    head.c1_channels = 0;
  }
}

/// Refuses heads that MMSegmentation's constructors refuse or cannot run.
void check_head(const Row& row, const std::string& part, const ModelSpec::Head& head) {
  const auto fail = [&](const std::string& detail) {
    throw Error(ErrorCode::kInvalidSuite, row.id, part + detail);
  };
  if (head.type == "FCNHead" && head.num_convs == 0 && head.channels != head.in_channels) {
    fail(fmt::format(".channels: expected in_channels ({}) for a head of no convolutions, got {}",
                     head.in_channels, head.channels));
  }
  if (head.type == "DepthwiseSeparableASPPHead" &&
      (head.c1_in_channels == 0) != (head.c1_channels == 0)) {
    fail(fmt::format(".c1_channels: expected 0 exactly when c1_in_channels is 0, got {} and {}",
                     head.c1_channels, head.c1_in_channels));
  }
}

std::string text_of(const Json& value) {
  return value.is_string() ? excerpt(value.get_ref<const std::string&>()) : excerpt_of(value);
}

/// A head's in_index counts from the end when it is negative.
Json normalised(const std::string& key, const Json& value) {
  if (key == "in_index" && value.is_number_integer() && value < 0) {
    return value.get<std::int64_t>() + 4;
  }
  return value;
}

void compare_parts(const std::string& name, const Json& stated, const Json& config,
                   std::vector<std::string>& lines) {
  for (const auto& [key, value] : stated.items()) {
    const auto other = config.find(key);
    if (other == config.end() || normalised(key, value) == normalised(key, *other)) continue;
    lines.push_back(fmt::format("{}.{}: suite says {}, config says {}", name, key, text_of(value),
                                text_of(*other)));
  }
}

/// An absent auxiliary head of a whole config is one that is not there.
Json part_of_config(const Json& config_model, const std::string& name) {
  const auto found = config_model.find(name);
  return found == config_model.end() ? Json(nullptr) : *found;
}

void compare_presence(const std::string& name, const Json& stated, const Json& config,
                      std::vector<std::string>& lines) {
  if (stated.is_null() == config.is_null()) return;
  const auto presence = [](const Json& part) {
    return part.is_null() ? "there is none" : "there is one";
  };
  lines.push_back(
      fmt::format("{}: suite says {}, config says {}", name, presence(stated), presence(config)));
}

/// A method's name is a statement too, unless the suite names the head itself.
void compare_method(const Row& row, const Json& config_model, std::vector<std::string>& lines) {
  const auto expected = head_of_method(row.method);
  const Json head = part_of_config(config_model, "decode_head");
  if (!expected || is_stated(row, Json::object(), "decode_head", "type") || !head.is_object() ||
      !head.contains("type") || head["type"] == std::string(*expected)) {
    return;
  }
  lines.push_back(fmt::format("decode_head.type: suite says {} (method {}), config says {}",
                              *expected, row.method, text_of(head["type"])));
}

}  // namespace

ModelSpec resolve_model(const Row& row, const Json& config_model) {
  const Json config =
      config_model.is_null() ? Json::object() : facts_of_config(config_model, row.id);
  ModelSpec spec = is_whole_config(config_model) ? class_defaults() : zoo_defaults();
  const auto head = head_of_method(row.method);
  if (!head && !is_stated(row, config, "decode_head", "type")) {
    throw Error(ErrorCode::kInvalidSuite, row.id,
                "method: expected FCN, PSPNet, DeepLabV3, DeepLabV3+ or a model.decode_head.type, "
                "got " +
                    in_quotes(row.method));
  }
  if (head) spec.decode_head.type = *head;
  read_stated_model(config, row.id, "config.model", spec);
  read_stated_model(row.model, row.id, "model", spec);
  derive_head(row, config, "decode_head", spec.backbone.base_channels, spec.decode_head);
  derive_head(row, config, "auxiliary_head", spec.backbone.base_channels, spec.auxiliary_head);
  check_head(row, "decode_head", spec.decode_head);
  if (spec.has_auxiliary_head) check_head(row, "auxiliary_head", spec.auxiliary_head);
  return spec;
}

std::vector<std::string> model_contradictions(const Row& row, const Json& config_model) {
  std::vector<std::string> lines;
  if (config_model.is_null()) return lines;
  if (!config_model.is_object()) {
    return {
        fmt::format("model: suite says an object, config says {}", describe_type(config_model))};
  }
  compare_method(row, config_model, lines);
  for (const auto& [name, stated] : row.model.items()) {
    const Json config = part_of_config(config_model, name);
    if (is_whole_config(config_model) || config_model.contains(name)) {
      compare_presence(name, stated, config, lines);
    }
    if (stated.is_object() && config.is_object()) compare_parts(name, stated, config, lines);
  }
  return lines;
}

}  // namespace harness
