#include "harness/table/data_set_conditions.h"

#include <string>

#include "harness/base/text.h"

namespace harness {
namespace {

std::string first_word(const Json& conditions, const char* key) {
  const auto found = conditions.find(key);
  if (found == conditions.end() || !found->is_string()) return "";
  const std::string text = lower_case(found->get<std::string>());
  return text.substr(0, text.find_first_of(" -_,"));
}

}  // namespace

bool is_of_other_data(const Json& conditions) {
  if (!conditions.is_object()) return false;
  const std::string split = first_word(conditions, "test_split");
  if (!split.empty() && !split.starts_with("val")) return true;
  const std::string tested = first_word(conditions, "test_dataset");
  return !tested.empty() && tested != first_word(conditions, "training_dataset");
}

}  // namespace harness
