#include "harness/checkpoint/pickle/pickle_cycles.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace harness {
namespace {

/// Tarjan's strongly connected components, with a stack of its own in place of recursion.
class CycleSearch {
 public:
  explicit CycleSearch(const PickleTree& tree)
      : tree_(tree), numbers_(tree.size()), lowest_(tree.size()), within_(tree.size()) {}

  std::vector<bool> find() {
    for (ValueId id = 0; id < tree_.size(); ++id) {
      if (numbers_[id] == 0 && !tree_[id].items.empty()) visit(id);
    }
    return std::move(within_);
  }

 private:
  struct Step {
    ValueId id;
    std::size_t next;
  };
  /// Above every number: a value whose component is complete.
  static constexpr std::uint32_t kDone = 0xffffffff;

  void enter(ValueId id) {
    numbers_[id] = lowest_[id] = ++count_;
    open_.push_back(id);
    path_.push_back({id, 0});
  }

  void visit(ValueId start) {
    enter(start);
    while (!path_.empty()) {
      const ValueId id = path_.back().id;
      if (path_.back().next == tree_[id].items.size()) {
        leave(id);
        continue;
      }
      const ValueId child = tree_[id].items[path_.back().next++];
      if (child == kNoValue) continue;
      if (child == id) within_[id] = true;
      if (numbers_[child] == 0) {
        enter(child);
      } else if (numbers_[child] != kDone) {
        lowest_[id] = std::min(lowest_[id], numbers_[child]);
      }
    }
  }

  void leave(ValueId id) {
    path_.pop_back();
    if (!path_.empty()) {
      const ValueId parent = path_.back().id;
      lowest_[parent] = std::min(lowest_[parent], lowest_[id]);
    }
    if (lowest_[id] != numbers_[id]) return;
    const bool is_cycle = open_.back() != id;
    while (numbers_[id] != kDone) {
      const ValueId member = open_.back();
      open_.pop_back();
      numbers_[member] = kDone;
      if (is_cycle) within_[member] = true;
    }
  }

  const PickleTree& tree_;
  std::uint32_t count_ = 0;
  std::vector<std::uint32_t> numbers_;  ///< 0: not visited.
  std::vector<std::uint32_t> lowest_;
  std::vector<bool> within_;
  std::vector<ValueId> open_;
  std::vector<Step> path_;
};

}  // namespace

std::vector<bool> values_within_themselves(const PickleTree& tree) {
  return CycleSearch(tree).find();
}

}  // namespace harness
