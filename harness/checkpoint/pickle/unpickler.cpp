#include "harness/checkpoint/pickle/unpickler.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/checkpoint/byte_cursor.h"
#include "harness/checkpoint/pickle/pickle_literals.h"
#include "harness/checkpoint/pickle/pickle_objects.h"
#include "harness/checkpoint/pickle/pickle_opcodes.h"
#include "harness/checkpoint/pickle/pickle_stack.h"

namespace harness {
namespace {

constexpr std::uint8_t kNewestProtocol = 5;

/// What Python needs beside the bytes for an opcode that is refused: none of it is there.
std::string_view refused_name(std::uint8_t byte) {
  switch (byte) {
    case 'P':
      return " (PERSID, a persistent id that is text, as pickle protocol 0 writes it: torch.load "
             "does not read it either)";
    case 0x97:
      return " (NEXT_BUFFER, bytes from outside of the file)";
    case 0x98:
      return " (READONLY_BUFFER, bytes from outside of the file)";
    default:
      return "";
  }
}

/// The stack machine of Python's Modules/_pickle.c, without what it could execute.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::string_view subject, std::size_t origin)
      : cursor_(bytes, subject, origin),
        context_{.subject = std::string(subject)},
        objects_(tree_, context_) {}

  Unpickled run() {
    try {
      run_steps();
      objects_.report_what_objects_hold();
    } catch (const Error& failure) {
      objects_.report_what_objects_hold();
      // Python runs a pickle as it reads it: what comes before the place that is wrong has run.
      refuse_what_runs(tree_.code, context_.subject, failure.detail());
      throw;
    }
    return {std::move(tree_), cursor_.position()};
  }

 private:
  void run_steps() {
    try {
      while (step()) {
      }
    } catch (const std::length_error& failure) {
      context_.fail(ErrorCode::kInvalidFile, failure.what());
    } catch (const std::invalid_argument& failure) {
      context_.fail(ErrorCode::kInvalidFile, failure.what());
    }
  }

  /// False after STOP.
  bool step() {
    context_.position = cursor_.file_position();
    const auto opcode = static_cast<Opcode>(cursor_.take_number<std::uint8_t>());
    if (opcode == Opcode::kStop) {
      tree_.root = stack_.result();
      return false;
    }
    if (const auto literal = read_literal(opcode, cursor_, tree_)) {
      stack_.push(*literal);
    } else if (!stack_step(opcode) && !memo_step(opcode) && !make_step(opcode) &&
               !fill_step(opcode) && !object_step(opcode) && !older_object_step(opcode)) {
      const auto byte = static_cast<std::uint8_t>(opcode);
      fail(
          fmt::format("expected an opcode of torch.save, got byte {}{}", byte, refused_name(byte)));
    }
    return true;
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
        stack_.push_mark();
        return true;
      case Opcode::kPopMark:
        stack_.take_marked();
        return true;
      case Opcode::kDup:
        stack_.push(stack_.top());
        return true;
      case Opcode::kPop:
        stack_.drop();
        return true;
      default:
        return false;
    }
  }

  bool memo_step(Opcode opcode) {
    switch (opcode) {
      case Opcode::kPut:
        stack_.remember(PickleStack::memo_index(cursor_.take_line()));
        return true;
      case Opcode::kBinPut:
        stack_.remember(cursor_.take_number<std::uint8_t>());
        return true;
      case Opcode::kLongBinPut:
        stack_.remember(cursor_.take_number<std::uint32_t>());
        return true;
      case Opcode::kMemoize:
        stack_.remember_next();
        return true;
      case Opcode::kGet:
        stack_.recall(PickleStack::memo_index(cursor_.take_line()));
        return true;
      case Opcode::kBinGet:
        stack_.recall(cursor_.take_number<std::uint8_t>());
        return true;
      case Opcode::kLongBinGet:
        stack_.recall(cursor_.take_number<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  bool make_step(Opcode opcode) {
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
        push_container(PickleKind::kTuple, stack_.take(1));
        return true;
      case Opcode::kTuple2:
        push_container(PickleKind::kTuple, stack_.take(2));
        return true;
      case Opcode::kTuple3:
        push_container(PickleKind::kTuple, stack_.take(3));
        return true;
      case Opcode::kTuple:
        push_container(PickleKind::kTuple, stack_.take_marked());
        return true;
      case Opcode::kList:
        push_container(PickleKind::kList, stack_.take_marked());
        return true;
      case Opcode::kFrozenSet:
        push_container(PickleKind::kSet, stack_.take_marked());
        return true;
      case Opcode::kDict:
        push_dict();
        return true;
      default:
        return false;
    }
  }

  bool fill_step(Opcode opcode) {
    switch (opcode) {
      case Opcode::kAppend:
        append(stack_.take(1));
        return true;
      case Opcode::kAppends:
      case Opcode::kAddItems:
        append(stack_.take_marked());
        return true;
      case Opcode::kSetItem:
        set_items(stack_.take(2));
        return true;
      case Opcode::kSetItems:
        set_items(stack_.take_marked());
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
        const std::vector<ValueId> call = stack_.take(2);
        const Making making = opcode == Opcode::kReduce ? Making::kCall : Making::kNew;
        push_named([&] { return objects_.reduce(call[0], call[1], making); });
        return true;
      }
      case Opcode::kNewObjEx:
        push_new_with_keywords();
        return true;
      case Opcode::kBuild: {
        const ValueId state = stack_.pop();
        objects_.build(stack_.top(), state);
        return true;
      }
      case Opcode::kBinPersId: {
        const ValueId id = stack_.pop();
        push_named([&] { return objects_.persistent(id); });
        return true;
      }
      default:
        return false;
    }
  }

  /// What only pickles by hand and of Python 1 have.
  bool older_object_step(Opcode opcode) {
    switch (opcode) {
      case Opcode::kInst: {
        push_global();
        const ValueId cls = stack_.pop();
        push_call(cls, stack_.take_marked());
        return true;
      }
      case Opcode::kObj: {
        std::vector<ValueId> marked = stack_.take_marked();
        if (marked.empty()) fail("expected a class, got nothing above the mark");
        const ValueId cls = marked.front();
        marked.erase(marked.begin());
        push_call(cls, std::move(marked));
        return true;
      }
      case Opcode::kExt1:
        stack_.push(objects_.extension(cursor_.take_number<std::uint8_t>()));
        return true;
      case Opcode::kExt2:
        stack_.push(objects_.extension(cursor_.take_number<std::uint16_t>()));
        return true;
      case Opcode::kExt4:
        stack_.push(objects_.extension(cursor_.take_number<std::int32_t>()));
        return true;
      default:
        return false;
    }
  }

  void push_call(ValueId callable, std::vector<ValueId> arguments) {
    push_container(PickleKind::kTuple, std::move(arguments));
    stack_.push(objects_.reduce(callable, stack_.pop()));
  }

  [[noreturn]] void fail(const std::string& detail) const {
    context_.fail(ErrorCode::kInvalidFile, detail);
  }

  /// What cannot be made is called by the key that stands before it: a tensor, by its name.
  template <typename Make>
  void push_named(Make make) {
    const auto key = stack_.key_below(tree_);
    context_.key = key ? tree_[*key].text : std::string_view();
    stack_.push(make());
    context_.key = {};
  }

  void check_protocol() {
    const auto protocol = cursor_.take_number<std::uint8_t>();
    if (protocol > kNewestProtocol) {
      fail(fmt::format("expected a protocol of at most {}, got {}", kNewestProtocol, protocol));
    }
  }

  void check_frame() {
    const auto size = cursor_.take_number<std::uint64_t>();
    if (size > cursor_.remaining()) {
      fail(fmt::format("truncated: expected a frame of {} bytes, got {}", size,
                       cursor_.remaining()));
    }
  }

  void push_container(PickleKind kind, std::vector<ValueId> items) {
    stack_.push(tree_.add({.kind = kind, .items = std::move(items)}));
  }

  void push_dict() {
    const std::vector<ValueId> items = stack_.take_marked();
    push_container(PickleKind::kDict, {});
    set_items(items);
  }

  void append(const std::vector<ValueId>& items) { objects_.append(stack_.top(), items); }
  void set_items(const std::vector<ValueId>& items) { objects_.set_items(stack_.top(), items); }

  void push_global() {
    const std::string_view module = cursor_.take_line();
    const std::string_view name = cursor_.take_line();
    stack_.push(objects_.global(module, name));
  }

  void push_stack_global() {
    const std::vector<ValueId> names = stack_.take(2);
    for (const ValueId name : names) {
      if (tree_[name].kind != PickleKind::kString) {
        fail(fmt::format("expected names as strings, got {}", describe(tree_[name].kind)));
      }
    }
    stack_.push(objects_.global(tree_[names[0]].text, tree_[names[1]].text));
  }

  void push_new_with_keywords() {
    const std::vector<ValueId> call = stack_.take(3);
    stack_.push(objects_.reduce_with_keywords(call[0], call[1], call[2]));
  }

  ByteCursor cursor_;
  PickleContext context_;
  PickleTree tree_;
  PickleObjects objects_;
  PickleStack stack_;
};

}  // namespace

Unpickled unpickle(std::span<const std::byte> bytes, std::string_view subject, std::size_t origin) {
  return Machine(bytes, subject, origin).run();
}

}  // namespace harness
