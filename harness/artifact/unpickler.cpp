#include "harness/artifact/unpickler.h"

#include <charconv>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/artifact/byte_cursor.h"
#include "harness/artifact/pickle_literals.h"
#include "harness/artifact/pickle_objects.h"
#include "harness/artifact/pickle_opcodes.h"
#include "harness/base/error.h"

namespace harness {
namespace {

constexpr std::uint8_t kNewestProtocol = 5;

/// The stack machine of Python's Modules/_pickle.c, without what it could execute.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::string_view subject, std::size_t origin)
      : cursor_(bytes, subject, origin),
        context_{.subject = std::string(subject)},
        objects_(tree_, context_) {}

  Unpickled run() {
    try {
      while (step()) {
      }
    } catch (const std::length_error& failure) {
      context_.fail(ErrorCode::kInvalidFile, failure.what());
    } catch (const std::invalid_argument& failure) {
      context_.fail(ErrorCode::kInvalidFile, failure.what());
    }
    return {std::move(tree_), cursor_.position()};
  }

 private:
  /// False after STOP.
  bool step() {
    context_.position = cursor_.file_position();
    const auto opcode = static_cast<Opcode>(cursor_.take_number<std::uint8_t>());
    if (opcode == Opcode::kStop) {
      stop();
      return false;
    }
    if (const auto literal = read_literal(opcode, cursor_, tree_)) {
      push(*literal);
    } else if (!stack_step(opcode) && !memo_step(opcode) && !container_step(opcode) &&
               !object_step(opcode)) {
      context_.fail(ErrorCode::kUnsafePickle, "expected an opcode of the allow-list, got byte " +
                                                  std::to_string(static_cast<unsigned>(opcode)));
    }
    return true;
  }

  void stop() {
    if (stack_.size() != 1 || !marks_.empty()) {
      fail("expected one value at the end, got " + std::to_string(stack_.size()));
    }
    tree_.root = stack_.back();
  }

  bool stack_step(Opcode opcode) {
    switch (opcode) {
      case Opcode::kProto:
        check_protocol();
        return true;
      case Opcode::kFrame:
        check_frame();
        return true;
      case Opcode::kMark:
        push_mark();
        return true;
      case Opcode::kPopMark:
        take_marked();
        return true;
      case Opcode::kDup:
        push(top());
        return true;
      case Opcode::kPop:
        if (!marks_.empty() && marks_.back() == stack_.size()) {
          marks_.pop_back();
        } else {
          pop();
        }
        return true;
      default:
        return false;
    }
  }

  bool memo_step(Opcode opcode) {
    switch (opcode) {
      case Opcode::kPut:
        remember(memo_index(cursor_.take_line()));
        return true;
      case Opcode::kBinPut:
        remember(cursor_.take_number<std::uint8_t>());
        return true;
      case Opcode::kLongBinPut:
        remember(cursor_.take_number<std::uint32_t>());
        return true;
      case Opcode::kMemoize:
        remember(memo_.size());
        return true;
      case Opcode::kGet:
        recall(memo_index(cursor_.take_line()));
        return true;
      case Opcode::kBinGet:
        recall(cursor_.take_number<std::uint8_t>());
        return true;
      case Opcode::kLongBinGet:
        recall(cursor_.take_number<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  bool container_step(Opcode opcode) {
    switch (opcode) {
      case Opcode::kEmptyList:
        push_container(PickleKind::kList, {});
        return true;
      case Opcode::kEmptyTuple:
        push_container(PickleKind::kTuple, {});
        return true;
      case Opcode::kEmptyDict:
        push_container(PickleKind::kDict, {});
        return true;
      case Opcode::kEmptySet:
        push_container(PickleKind::kSet, {});
        return true;
      case Opcode::kTuple1:
        push_container(PickleKind::kTuple, take(1));
        return true;
      case Opcode::kTuple2:
        push_container(PickleKind::kTuple, take(2));
        return true;
      case Opcode::kTuple3:
        push_container(PickleKind::kTuple, take(3));
        return true;
      case Opcode::kTuple:
        push_container(PickleKind::kTuple, take_marked());
        return true;
      case Opcode::kList:
        push_container(PickleKind::kList, take_marked());
        return true;
      case Opcode::kFrozenSet:
        push_container(PickleKind::kSet, take_marked());
        return true;
      case Opcode::kDict:
        push_dict();
        return true;
      case Opcode::kAppend:
        append(take(1));
        return true;
      case Opcode::kAppends:
      case Opcode::kAddItems:
        append(take_marked());
        return true;
      case Opcode::kSetItem:
        set_items(take(2));
        return true;
      case Opcode::kSetItems:
        set_items(take_marked());
        return true;
      default:
        return false;
    }
  }

  bool object_step(Opcode opcode) {
    switch (opcode) {
      case Opcode::kGlobal:
        push_global();
        return true;
      case Opcode::kStackGlobal:
        push_stack_global();
        return true;
      case Opcode::kReduce:
      case Opcode::kNewObj: {
        const std::vector<ValueId> call = take(2);
        push(objects_.reduce(call[0], call[1]));
        return true;
      }
      case Opcode::kNewObjEx:
        push_new_with_keywords();
        return true;
      case Opcode::kBuild: {
        const ValueId state = pop();
        objects_.build(top(), state);
        return true;
      }
      case Opcode::kBinPersId:
        push(objects_.persistent(pop()));
        return true;
      default:
        return false;
    }
  }

  [[noreturn]] void fail(const std::string& detail) const {
    context_.fail(ErrorCode::kInvalidFile, detail);
  }

  void check_protocol() {
    const auto protocol = cursor_.take_number<std::uint8_t>();
    if (protocol > kNewestProtocol) {
      fail("expected a protocol of at most 5, got " + std::to_string(protocol));
    }
  }

  void check_frame() {
    const auto size = cursor_.take_number<std::uint64_t>();
    if (size > cursor_.remaining()) {
      fail("truncated: expected a frame of " + std::to_string(size) + " bytes, got " +
           std::to_string(cursor_.remaining()));
    }
  }

  /// Values below the innermost mark are out of reach, as they are in Python.
  std::size_t reachable() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

  void need(std::size_t count) const {
    if (reachable() < count) {
      fail("expected " + std::to_string(count) + " values on the stack, got " +
           std::to_string(reachable()));
    }
  }

  void push(ValueId value) {
    check_count(stack_.size());
    stack_.push_back(value);
  }

  ValueId top() const {
    need(1);
    return stack_.back();
  }

  ValueId pop() {
    const ValueId value = top();
    stack_.pop_back();
    return value;
  }

  std::vector<ValueId> take(std::size_t count) {
    need(count);
    std::vector<ValueId> values(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return values;
  }

  void push_mark() {
    check_count(marks_.size());
    marks_.push_back(stack_.size());
  }

  /// One byte of a pickle can push a value, a mark or a memo: none may outgrow the tree's limit.
  void check_count(std::size_t count) const {
    if (count >= PickleTree::kMaxValues) {
      fail("expected a stack of at most " + std::to_string(PickleTree::kMaxValues) +
           " values, got more");
    }
  }

  void remember(std::size_t index) {
    check_count(memo_.size());
    memo_[index] = top();
  }

  std::vector<ValueId> take_marked() {
    if (marks_.empty()) fail("expected a mark on the stack, got none");
    const std::size_t count = reachable();
    marks_.pop_back();
    return take(count);
  }

  void push_container(PickleKind kind, std::vector<ValueId> items) {
    push(tree_.add({.kind = kind, .items = std::move(items)}));
  }

  void push_dict() {
    const std::vector<ValueId> items = take_marked();
    push_container(PickleKind::kDict, {});
    set_items(items);
  }

  void append(const std::vector<ValueId>& items) { objects_.append(top(), items); }
  void set_items(const std::vector<ValueId>& items) { objects_.set_items(top(), items); }

  void push_global() {
    const std::string_view module = cursor_.take_line();
    const std::string_view name = cursor_.take_line();
    push(objects_.global(module, name));
  }

  void push_stack_global() {
    const std::vector<ValueId> names = take(2);
    for (const ValueId name : names) {
      if (tree_[name].kind != PickleKind::kString) {
        fail("expected names as strings, got " + std::string(describe(tree_[name].kind)));
      }
    }
    push(objects_.global(tree_[names[0]].text, tree_[names[1]].text));
  }

  void push_new_with_keywords() {
    const std::vector<ValueId> call = take(3);
    const ValueId made = objects_.reduce(call[0], call[1]);
    if (tree_[made].kind == PickleKind::kOpaque) objects_.build(made, call[2]);
    push(made);
  }

  std::size_t memo_index(std::string_view line) const {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), index);
    if (error != std::errc() || end != line.data() + line.size()) {
      fail("expected a memo index, got \"" + std::string(line.substr(0, 20)) + "\"");
    }
    return index;
  }

  void recall(std::size_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail("expected memo " + std::to_string(index) + ", got none");
    push(found->second);
  }

  ByteCursor cursor_;
  PickleContext context_;
  PickleTree tree_;
  PickleObjects objects_;
  std::vector<ValueId> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::size_t, ValueId> memo_;
};

}  // namespace

Unpickled unpickle(std::span<const std::byte> bytes, std::string_view subject, std::size_t origin) {
  return Machine(bytes, subject, origin).run();
}

}  // namespace harness
