#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// For tests: what can go wrong with the JSON documents that a run left behind.

/// By path below the run directory. Null: the file is not there.
using Documents = std::map<std::string, Json>;
using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t end) {
  return static_cast<std::size_t>(random() % end);
}

struct Mutation {
  std::string name;
  Documents changed;
  /// This document is gone, or can no longer count as what it was.
  std::string taken = "";
  /// This number of this document is NaN.
  std::string changed_in = "";
  std::optional<Json::json_pointer> no_number = std::nullopt;
  std::set<std::string> robbed = {};  ///< Claims that may not pass any more, where it is known.
};

/// As many of 0 to size - 1 as are taken of an array, at random places and in order.
inline std::vector<std::size_t> some_items(std::size_t size, Random& random) {
  constexpr std::size_t kMostItems = 12;
  std::vector<std::size_t> all(size);
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::size_t> some;
  std::sample(all.begin(), all.end(), std::back_inserter(some), kMostItems, random);
  return some;
}

/// Pointers to all values below (leaves, or members and items too), without most of long arrays:
/// the names and shapes of a state dict would crowd out everything else.
inline void collect_places(const Json& value, const Json::json_pointer& place, bool leaves,
                           Random& random, std::vector<Json::json_pointer>& places) {
  if (!value.is_structured()) {
    if (leaves) places.push_back(place);
    return;
  }
  const auto visit = [&](const Json& member, const Json::json_pointer& below_it) {
    if (!leaves) places.push_back(below_it);
    collect_places(member, below_it, leaves, random, places);
  };
  if (value.is_array()) {
    for (const std::size_t item : some_items(value.size(), random)) {
      visit(value[item], place / item);
    }
    return;
  }
  for (const auto& [key, member] : value.items()) visit(member, place / key);
}

/// Whether a record keeps what stands there as it found it, whatever it is.
inline bool is_free_form(const Json::json_pointer& place) {
  const std::string text = place.to_string();
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"/checkpoint/meta", "/checkpoint/config",
                                              "/log/environment", "/log/config", "/last_validation",
                                              "/settings"},
      [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

/// Whether the integer there may be null.
inline bool may_be_null(const Json::json_pointer& place) {
  static const std::set<std::string> kOptional = {
      "seed",         "sm_clock_mhz",    "memory_clock_mhz",      "last_skipped",
      "first_ruined", "other_processes", "first_non_finite_step", "peak_bytes"};
  return kOptional.contains(place.back());
}

/// Mutations of one or two documents. Each takes the next numbers of `random`, so that its seed
/// makes the same mutation again.
class DocumentMutations {
 public:
  /// `documents`: those that are mutated. They must outlive this.
  DocumentMutations(const Documents& documents, Random& random)
      : documents_(documents), random_(random) {}

  /// One of all that are below.
  Mutation any() const {
    switch (below(random_, 9)) {
      case 0:
        return drop_document();
      case 1:
        return tear_document();
      case 2:
        return mark_as_died();
      case 3:
      case 4:
        return drop_field();
      case 5:
      case 6:
        return set_number();
      case 7:
        return swap_documents();
      default:
        return swap_measurements();
    }
  }

  const std::string& some_document() const {
    auto found = documents_.begin();
    std::advance(found, static_cast<long>(below(random_, documents_.size())));
    return found->first;
  }

  Mutation drop_document() const {
    const std::string& name = some_document();
    return {"drop " + name, {{name, nullptr}}, name};
  }

  Mutation tear_document() const {
    const std::string& name = some_document();
    return {"tear " + name, {{name, Json("torn")}}, name};
  }

  Mutation mark_as_died() const {
    const std::string& name = some_document();
    Json document = documents_.at(name);
    document["status"] = below(random_, 2) == 0 ? "error" : "skipped";
    document["reason"] = "worker: killed by signal 9";
    return {
        "mark " + name + " as " + document["status"].get<std::string>(), {{name, document}}, name};
  }

  Mutation drop_field() const {
    const std::string& name = some_document();
    Json document = documents_.at(name);
    std::vector<Json::json_pointer> places;
    collect_places(document, Json::json_pointer(), /*leaves=*/false, random_, places);
    const auto place = places[below(random_, places.size())];
    Json& parent = document[place.parent_pointer()];
    Mutation mutation{"drop " + name + place.to_string(), {}};
    // A record without one of its own fields is no record; below, it depends on what the field is.
    const bool is_of_the_record =
        place.parent_pointer().empty() || place.parent_pointer() == "/measurements"_json_pointer;
    if (is_of_the_record) mutation.taken = name;
    if (parent.is_array()) {
      parent.erase(std::stoul(place.back()));
    } else {
      parent.erase(place.back());
    }
    mutation.changed[name] = document;
    return mutation;
  }

  Mutation set_number() const {
    const std::string& name = some_document();
    Json document = documents_.at(name);
    std::vector<Json::json_pointer> leaves;
    std::vector<Json::json_pointer> numbers;
    collect_places(document, Json::json_pointer(), /*leaves=*/true, random_, leaves);
    for (const auto& place : leaves) {
      if (document.at(place).is_number()) numbers.push_back(place);
    }
    const auto place = numbers[below(random_, numbers.size())];
    const std::vector<Json> values = {nullptr,    std::nan(""),  INFINITY, 0,
                                      "a string", Json::array(), -INFINITY};
    const Json value = values[below(random_, values.size())];
    const bool is_whole = document.at(place).is_number_integer();
    document[place] = value;
    Mutation mutation{"set " + name + place.to_string() + " to " + value.dump(),
                      {{name, document}}};
    if (value == Json(0) || is_free_form(place)) return mutation;
    const bool is_nan = value.is_null() || value.is_number();  // As JSON, all of these are null.
    if (!is_nan || (is_whole && !may_be_null(place))) {
      mutation.taken = name;  // No reader takes it.
    } else {
      mutation.changed_in = name;
      mutation.no_number = place;
    }
    return mutation;
  }

  Mutation swap_documents() const {
    const std::string& one = some_document();
    const std::string& other = some_document();
    return {"swap " + one + " and " + other,
            {{one, documents_.at(other)}, {other, documents_.at(one)}},
            one == other ? "" : one};
  }

  /// Another execution's words under this one's name: only the measurements are exchanged.
  Mutation swap_measurements() const {
    const std::string& one = some_document();
    const std::string& other = some_document();
    Json document = documents_.at(one);
    document["measurements"] = documents_.at(other).at("measurements");
    return {"give " + one + " the measurements of " + other,
            {{one, document}},
            without_seed(one) == without_seed(other) ? "" : one};
  }

 private:
  /// Trainings that differ in their seed alone may well measure the same.
  static std::string without_seed(const std::string& name) {
    return name.substr(0, name.find("-seed"));
  }

  const Documents& documents_;
  Random& random_;
};

}  // namespace harness
