#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace harness {

/// A node of a metafile with its place, so that every message can name file, line and key.
///
/// A map with merge keys (a plain `<<`, YAML 1.1) has the keys of what they stand for too, as
/// PyYAML reads it for upstream's tools: its own keys win over merged ones, of a list the earlier
/// map wins. `subject` must outlive the place.
class MetafilePlace {
 public:
  /// parent_line: the line of an absent node.
  MetafilePlace(YAML::Node node, std::string_view subject, std::string key,
                std::int64_t parent_line = 1);

  const YAML::Node& node() const { return node_; }
  const std::string& key() const { return key_; }
  /// Of an absent value: the line of the map that lacks it.
  std::int64_t line() const { return line_; }
  bool is_absent() const { return !node_.IsDefined() || node_.IsNull(); }
  /// Whether the key stands several times in one map. PyYAML takes the last value, others the
  /// first.
  bool is_repeated() const { return is_repeated_; }

  /// Throws Error(kInvalidTable) with file, line and key.
  [[noreturn]] void fail(const std::string& detail) const;

  /// The value under `name`; an absent one when this is null. Fails when this is no map.
  MetafilePlace child(const std::string& name) const;

  /// The keys of a map in their order, merged ones last, each with its value as child() gives it;
  /// none of anything else.
  std::vector<std::pair<std::string, MetafilePlace>> entries() const;

  /// The items of a list; a map or scalar counts as a list of one, an absent value as none.
  std::vector<MetafilePlace> items() const;

  /// The same place with nothing there.
  MetafilePlace absent() const { return {YAML::Node(), subject_, key_, line_}; }

  /// Merge keys here and below that stand for no map and no list of maps, or twice in one map: no
  /// tool could say which values were meant.
  std::vector<MetafilePlace> broken_merges() const;

  /// A scalar as it stands; "a map", "a list".
  std::string shown() const;
  /// The same, a scalar in quotes; "nothing".
  std::string kind() const;

 private:
  std::string path_of(const std::string& name) const;
  bool find(const YAML::Node& map, const std::string& name, MetafilePlace& found) const;
  void add_entries(const YAML::Node& map,
                   std::vector<std::pair<std::string, MetafilePlace>>& entries) const;
  void add_broken_merges(std::vector<MetafilePlace>& broken) const;

  YAML::Node node_;
  std::string_view subject_;
  std::string key_;
  std::int64_t line_ = 1;
  bool is_repeated_ = false;
};

}  // namespace harness
