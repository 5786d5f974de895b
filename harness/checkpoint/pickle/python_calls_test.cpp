#include "harness/checkpoint/pickle/python_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/checkpoint/pickle/pickle_objects.h"

namespace harness {
namespace {
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class PythonCalls : public testing::Test {
 protected:
  ValueId add(PickleKind kind, std::vector<ValueId> items) {
    return tree_.add({.kind = kind, .items = std::move(items)});
  }
  ValueId tuple(std::vector<ValueId> items) { return add(PickleKind::kTuple, std::move(items)); }
  ValueId list(std::vector<ValueId> items) { return add(PickleKind::kList, std::move(items)); }
  ValueId dict() { return add(PickleKind::kDict, {}); }
  ValueId text(std::string value) { return tree_.add_text(PickleKind::kString, std::move(value)); }
  ValueId bytes(std::string value) { return tree_.add_text(PickleKind::kBytes, std::move(value)); }
  ValueId number(std::int64_t value) { return tree_.add_int(value); }
  ValueId name(std::string_view module, std::string_view of) { return objects_.global(module, of); }
  ValueId call(std::string_view module, std::string_view of, std::vector<ValueId> with) {
    return objects_.reduce(objects_.global(module, of), tuple(std::move(with)));
  }
  ValueId zone() {
    return objects_.reduce(name("builtins", "getattr"),
                           tuple({name("zoneinfo", "ZoneInfo"), text("_unpickle")}));
  }
  /// An object of a class that nobody knows.
  ValueId thing() { return call("builtins", "object", {number(1)}); }
  std::vector<std::string> reported() {
    objects_.report_what_objects_hold();
    std::vector<std::string> texts;
    for (const UnknownCode& code : tree_.code.found()) texts.push_back(describe(code));
    return texts;
  }

  PickleTree tree_;
  PickleContext context_{.subject = "x.pth", .position = 0};
  PickleObjects objects_{tree_, context_};
};

TEST_F(PythonCalls, WhatPickleWritesOfPythonsOwnObjectsIsNoCode) {
  call("logging", "getLogger", {});
  call("logging", "getLogger", {text("mmseg")});
  call("array", "array", {text("d"), list({number(1)})});
  call("array", "_array_reconstructor",
       {name("array", "array"), text("d"), number(16), bytes("12345678")});
  call("time", "struct_time", {tuple({number(1970)}), dict()});
  call("itertools", "count", {number(5), number(2)});
  call("ipaddress", "IPv4Address", {number(167772161)});
  call("ipaddress", "IPv6Network", {text("fe80::/64")});
  const ValueId random = call("random", "Random", {});
  objects_.build(random, tuple({number(3), tuple({number(7), number(8)}), tree_.add_none()}));
  const ValueId berlin = objects_.reduce(zone(), tuple({text("Europe/Berlin"), number(1)}));
  call("datetime", "datetime", {bytes("0123456789"), berlin});
  EXPECT_THAT(reported(), IsEmpty());
}

TEST_F(PythonCalls, NamesOfTypesAreNoCode) {
  const ValueId none = call("builtins", "type", {tree_.add_none()});
  call("_operator", "getitem", {name("typing", "Union"), tuple({name("builtins", "int"), none})});
  call("_operator", "getitem",
       {name("typing", "Callable"), tuple({list({name("builtins", "int")}), none})});
  call("_operator", "getitem", {name("typing", "Literal"), tuple({text("a"), number(1)})});
  const ValueId inner =
      call("types", "GenericAlias", {name("builtins", "list"), tuple({name("builtins", "int")})});
  call("types", "GenericAlias",
       {name("builtins", "dict"), tuple({name("builtins", "str"), inner})});
  EXPECT_THAT(reported(), IsEmpty());
}

/// Each of them runs something that the file holds, or reaches out.
TEST_F(PythonCalls, OtherArgumentsAreReported) {
  const ValueId made = thing();
  const std::vector<std::pair<std::pair<const char*, const char*>, std::vector<ValueId>>> calls = {
      {{"logging", "getLogger"}, {made}},
      {{"array", "array"}, {text("d"), list({made})}},
      {{"array", "array"}, {text("d"), made}},
      {{"array", "_array_reconstructor"}, {name("a", "B"), text("d"), number(16), bytes("")}},
      {{"time", "struct_time"}, {made}},
      {{"itertools", "count"}, {made}},
      {{"ipaddress", "IPv4Address"}, {made}},
      {{"random", "Random"}, {made}},
      {{"operator", "getitem"}, {made, number(0)}},
      {{"operator", "getitem"}, {name("builtins", "dict"), number(0)}},
      {{"operator", "getitem"}, {name("builtins", "dict"), name("builtins", "int")}},
      {{"operator", "getitem"}, {name("typing", "Optional"), text("__import__('os')")}},
      {{"operator", "getitem"}, {name("typing", "Optional"), made}},
      {{"types", "GenericAlias"}, {made, name("builtins", "int")}},
      {{"types", "GenericAlias"}, {name("builtins", "list"), tuple({made})}},
      {{"builtins", "list"}, {call("itertools", "count", {number(0)})}},
      {{"builtins", "tuple"}, {made}}};
  for (const auto& [function, arguments] : calls) {
    tree_.code = {};
    call(function.first, function.second, arguments);
    EXPECT_TRUE(tree_.code.runs()) << function.first << "." << function.second;
  }
}

TEST_F(PythonCalls, ATimeZoneIsNoPath) {
  for (const char* key : {"../etc/passwd", "/etc/localtime", "a..b", "a//b", "", "a/", "a b"}) {
    tree_.code = {};
    objects_.reduce(zone(), tuple({text(key), number(1)}));
    EXPECT_TRUE(tree_.code.runs()) << key;
  }
  tree_.code = {};
  objects_.reduce(name("zoneinfo", "ZoneInfo"), tuple({text("UTC")}));
  EXPECT_TRUE(tree_.code.runs()) << "that is nothing that pickle writes";
}

TEST_F(PythonCalls, StatesOfSharedAndComputingObjectsAreReported) {
  objects_.build(call("logging", "getLogger", {text("a")}), dict());
  EXPECT_THAT(reported(), Contains(HasSubstr("logging.getLogger.__setstate__")));
  tree_.code = {};
  objects_.build(call("random", "Random", {}),
                 tuple({number(2), tuple({thing()}), tree_.add_none()}));
  EXPECT_TRUE(tree_.code.runs());
}

TEST_F(PythonCalls, WhatLeadsToAnyCodeStaysUnknown) {
  call("operator", "attrgetter", {text("__globals__")});
  call("functools", "reduce", {name("operator", "or_"), tuple({})});
  call("logging", "FileHandler", {text("x.log")});
  call("functools", "partial", {name("operator", "getitem"), dict()});
  const auto texts = reported();
  EXPECT_THAT(texts, Contains("operator.attrgetter(a string)"));
  EXPECT_THAT(texts, Contains(HasSubstr("functools.reduce(")));
  EXPECT_THAT(texts, Contains("logging.FileHandler(a string)"));
  EXPECT_THAT(texts, Contains(HasSubstr("operator.getitem(held by")));
}

TEST_F(PythonCalls, ListsOfRangesAndBytesOfNumbersAreRead) {
  const ValueId range = call("builtins", "range", {number(7), number(1), number(-3)});
  const ValueId made = call("builtins", "list", {range});
  ASSERT_EQ(tree_[made].kind, PickleKind::kList);
  ASSERT_EQ(tree_[made].items.size(), 2U);
  EXPECT_EQ(tree_[tree_[made].items[1]].integer, 4);
  EXPECT_EQ(tree_[call("builtins", "bytes", {number(3)})].text, std::string(3, '\0'));
  EXPECT_EQ(tree_[call("builtins", "bytearray", {list({number(65), number(255)})})].text, "A\xff");
  EXPECT_THAT(reported(), IsEmpty());
}

TEST_F(PythonCalls, HugeRangesAreNotWrittenOut) {
  const ValueId huge =
      call("builtins", "range", {number(0), number(std::int64_t{1} << 20), number(1)});
  EXPECT_EQ(integers_of_range(tree_, huge), std::nullopt);
  EXPECT_EQ(tree_[call("builtins", "tuple", {huge})].kind, PickleKind::kOpaque);
  EXPECT_EQ(integers_of_range(tree_, call("builtins", "range", {number(0), number(1), number(0)})),
            std::nullopt);
  EXPECT_EQ(bytes_of_numbers(tree_, number(std::int64_t{1} << 40)), std::nullopt);
  EXPECT_EQ(bytes_of_numbers(tree_, list({number(256)})), std::nullopt);
}

TEST_F(PythonCalls, LazyLayersAndSamplersAreNoCode) {
  const ValueId lazy =
      objects_.reduce(name("torch.nn.modules.linear", "LazyLinear"), tuple({}), Making::kNew);
  objects_.reduce(name("builtins", "getattr"), tuple({lazy, text("_infer_parameters")}));
  objects_.reduce(name("torch.utils.hooks", "RemovableHandle"), tuple({}), Making::kNew);
  objects_.reduce(name("torch.utils.data.sampler", "RandomSampler"), tuple({}), Making::kNew);
  objects_.reduce(name("munch", "Munch"), tuple({}), Making::kNew);
  EXPECT_THAT(reported(), IsEmpty());
  const ValueId other =
      objects_.reduce(name("torch.nn.modules.linear", "Linear"), tuple({}), Making::kNew);
  objects_.reduce(name("builtins", "getattr"), tuple({other, text("_infer_parameters")}));
  EXPECT_THAT(reported(), testing::SizeIs(1));
}

}  // namespace
}  // namespace harness
