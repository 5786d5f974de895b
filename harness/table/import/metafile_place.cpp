#include "harness/table/import/metafile_place.h"

#include <map>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

/// In quotes it is a key like any other.
bool is_merge_key(const YAML::Node& key) {
  return key.IsScalar() && key.Scalar() == "<<" && key.Tag() != "!";
}

bool is_list_of_maps(const YAML::Node& node) {
  if (!node.IsSequence()) return false;
  for (const auto& item : node) {
    if (!item.IsMap()) return false;
  }
  return true;
}

/// What the merge keys of a map stand for, the one that wins first; nothing of broken ones.
std::vector<YAML::Node> merged_into(const YAML::Node& map) {
  std::vector<YAML::Node> merged;
  for (const auto& entry : map) {
    if (!is_merge_key(entry.first)) continue;
    if (entry.second.IsMap()) merged.push_back(entry.second);
    if (!is_list_of_maps(entry.second)) continue;
    for (const auto& item : entry.second) merged.push_back(item);
  }
  return merged;
}

}  // namespace

MetafilePlace::MetafilePlace(YAML::Node node, std::string_view subject, std::string key,
                             std::int64_t parent_line)
    : node_(std::move(node)), subject_(subject), key_(std::move(key)) {
  line_ = node_.Mark().is_null() ? parent_line : node_.Mark().line + 1;
}

void MetafilePlace::fail(const std::string& detail) const {
  throw Error(ErrorCode::kInvalidTable, fmt::format("{}:{}", subject_, line()),
              key_.empty() ? detail : fmt::format("{}: {}", key_, detail));
}

std::string MetafilePlace::path_of(const std::string& name) const {
  return key_.empty() ? name : key_ + "." + name;
}

bool MetafilePlace::find(const YAML::Node& map, const std::string& name,
                         MetafilePlace& found) const {
  bool is_there = false;
  for (const auto& entry : map) {
    if (!entry.first.IsScalar() || entry.first.Scalar() != name) continue;
    found = MetafilePlace(entry.second, subject_, path_of(name), line_);
    found.is_repeated_ = is_there;
    is_there = true;
  }
  if (is_there) return true;
  for (const YAML::Node& merged : merged_into(map)) {
    if (find(merged, name, found)) return true;
  }
  return false;
}

MetafilePlace MetafilePlace::child(const std::string& name) const {
  MetafilePlace found(YAML::Node(), subject_, path_of(name), line_);
  if (is_absent()) return found;
  if (!node_.IsMap()) fail("expected a map, got " + kind());
  find(node_, name, found);
  return found;
}

void MetafilePlace::add_entries(const YAML::Node& map,
                                std::vector<std::pair<std::string, MetafilePlace>>& entries) const {
  const std::size_t others = entries.size();
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < others; ++i) places.emplace(entries[i].first, i);
  for (const auto& entry : map) {
    if (!entry.first.IsScalar() || is_merge_key(entry.first)) continue;
    const std::string& name = entry.first.Scalar();
    const auto [found, is_new] = places.try_emplace(name, entries.size());
    if (found->second < others) continue;  // The map into which this one is merged has the key.
    MetafilePlace value(entry.second, subject_, path_of(name), line_);
    value.is_repeated_ = !is_new;
    if (is_new) {
      entries.emplace_back(name, std::move(value));
    } else {
      entries[found->second].second = std::move(value);
    }
  }
  for (const YAML::Node& merged : merged_into(map)) add_entries(merged, entries);
}

std::vector<std::pair<std::string, MetafilePlace>> MetafilePlace::entries() const {
  std::vector<std::pair<std::string, MetafilePlace>> entries;
  if (!is_absent() && node_.IsMap()) add_entries(node_, entries);
  return entries;
}

std::vector<MetafilePlace> MetafilePlace::items() const {
  if (is_absent()) return {};
  if (!node_.IsSequence()) return {*this};
  std::vector<MetafilePlace> places;
  for (const auto& item : node_) {
    places.emplace_back(item, subject_, fmt::format("{}[{}]", key_, places.size()));
  }
  return places;
}

void MetafilePlace::add_broken_merges(std::vector<MetafilePlace>& broken) const {
  if (is_absent() || node_.IsScalar()) return;
  if (node_.IsSequence()) {
    for (const MetafilePlace& item : items()) item.add_broken_merges(broken);
    return;
  }
  bool is_second = false;
  for (const auto& entry : node_) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    MetafilePlace value(entry.second, subject_, path_of(name), line_);
    value.add_broken_merges(broken);
    if (!is_merge_key(entry.first)) continue;
    value.is_repeated_ = is_second;
    is_second = true;
    const bool can_merge = value.node_.IsMap() || is_list_of_maps(value.node_);
    if (!can_merge || value.is_repeated_) broken.push_back(std::move(value));
  }
}

std::vector<MetafilePlace> MetafilePlace::broken_merges() const {
  std::vector<MetafilePlace> broken;
  add_broken_merges(broken);
  return broken;
}

std::string MetafilePlace::shown() const {
  return is_absent() || !node_.IsScalar() ? kind() : node_.Scalar();
}

std::string MetafilePlace::kind() const {
  if (is_absent()) return "nothing";
  if (node_.IsMap()) return "a map";
  if (node_.IsSequence()) return "a list";
  return in_quotes(node_.Scalar());
}

}  // namespace harness
