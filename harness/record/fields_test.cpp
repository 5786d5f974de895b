#include "harness/record/fields.h"

#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

enum class Colour { kRed, kBlue };

std::string_view to_string(Colour colour) {
  return colour == Colour::kRed ? "red" : "blue";
}

bool read_name(std::string_view name, Colour& colour) {
  colour = name == "red" ? Colour::kRed : Colour::kBlue;
  return name == "red" || name == "blue";
}

struct Inner {
  double number = 0.0;
  std::optional<std::int64_t> count;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("number", self.number);
    visit("count", self.count);
  }
};

struct Outer {
  bool flag = false;
  std::int32_t small = 0;
  std::string text;
  Colour colour = Colour::kRed;
  std::vector<Inner> list;
  std::map<std::string, std::int64_t> counts;
  Json anything;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("flag", self.flag);
    visit("small", self.small);
    visit("text", self.text);
    visit("colour", self.colour);
    visit("list", self.list);
    visit("counts", self.counts);
    visit("anything", self.anything);
  }
};

Json sample() {
  return Json::parse(R"({"flag": true, "small": -3, "text": "ä", "colour": "blue",
    "list": [{"number": 1.5, "count": 2}, {"number": null, "count": null}],
    "counts": {"b": 1, "a": 2}, "anything": [1, {"x": null}]})");
}

/// The error's detail after `change` to the sample.
std::string refusal_after(const std::function<void(Json&)>& change) {
  Json value = sample();
  change(value);
  try {
    record_from_json<Outer>(value, "a.json", "m");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
    EXPECT_EQ(error.subject(), "a.json");
    return error.detail();
  }
  return "";
}

TEST(Fields, EachValueComesBackAsItWas) {
  const auto record = record_from_json<Outer>(sample(), "a.json");
  EXPECT_TRUE(record.flag);
  EXPECT_EQ(record.small, -3);
  EXPECT_EQ(record.colour, Colour::kBlue);
  ASSERT_EQ(record.list.size(), 2U);
  EXPECT_EQ(record.list[0].count, 2);
  EXPECT_EQ(record.list[1].count, std::nullopt);
  EXPECT_EQ(record.counts.at("a"), 2);
  Json again = record_to_json(record);
  // A map has its keys in order.
  EXPECT_EQ(Json(again.at("counts")).dump(), R"({"a":2,"b":1})");
  again["counts"] = sample().at("counts");
  EXPECT_EQ(again.dump(), sample().dump());
}

TEST(Fields, ANumberThatIsNotFiniteIsNullAndReadAsNaN) {
  for (const double value : {NAN, INFINITY, -INFINITY}) {
    EXPECT_TRUE(record_to_json(Inner{value, {}}).at("number").is_null());
  }
  EXPECT_TRUE(std::isnan(record_from_json<Outer>(sample(), "a.json").list[1].number));
}

TEST(Fields, EveryMissingKeyIsNamedByItsPath) {
  const Json whole = sample();
  for (const auto& [key, value] : whole.items()) {
    const std::string name = key;
    EXPECT_THAT(refusal_after([&](Json& json) { json.erase(name); }),
                testing::StartsWith("m." + name + ": expected a value"));
  }
  EXPECT_THAT(refusal_after([](Json& json) { json["list"][1].erase("count"); }),
              testing::StartsWith("m.list[1].count: expected a value"));
}

TEST(Fields, AnUnknownKeyIsNamedByItsPath) {
  EXPECT_EQ(refusal_after([](Json& json) { json["more"] = 1; }), "m.more: unknown key");
  EXPECT_EQ(refusal_after([](Json& json) { json["list"][0]["more"] = 1; }),
            "m.list[0].more: unknown key");
}

TEST(Fields, AnotherTypeIsNamedByItsPath) {
  const Json whole = sample();
  for (const auto& [key, value] : whole.items()) {
    if (key == "anything") continue;
    for (const Json& wrong : {Json(nullptr), Json("text?"), Json(1.25), Json::array({Json("x")})}) {
      if (key == "text" && wrong.is_string()) continue;
      const std::string name = key;
      EXPECT_THAT(refusal_after([&](Json& json) { json[name] = wrong; }),
                  testing::StartsWith("m." + name))
          << name << " " << wrong;
    }
  }
  EXPECT_THAT(refusal_after([](Json& json) { json["list"][0]["number"] = "1"; }),
              testing::StartsWith("m.list[0].number: expected a number, got a string"));
  EXPECT_THAT(refusal_after([](Json& json) { json["counts"]["a"] = nullptr; }),
              testing::StartsWith("m.counts.a: expected an integer, got null"));
}

TEST(Fields, AnIntegerThatDoesNotFitIsRefused) {
  for (const Json& wide : {Json(std::int64_t{1} << 31), Json(-(std::int64_t{1} << 31) - 1),
                           Json(std::uint64_t{1} << 63)}) {
    EXPECT_THAT(refusal_after([&](Json& json) { json["small"] = wide; }),
                testing::StartsWith("m.small: expected an integer in range"));
  }
}

struct Extended {
  std::int64_t old = 0;
  LaterField<std::string> later;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("old", self.old);
    visit("later", self.later);
  }
};

TEST(Fields, AFieldThatCameLaterIsWrittenOnlyWhereItSaysSomething) {
  EXPECT_EQ(record_to_json(Extended{1, {}}).dump(), R"({"old":1})");
  EXPECT_EQ(record_to_json(Extended{1, {"new"}}).dump(), R"({"old":1,"later":"new"})");
  EXPECT_EQ(record_from_json<Extended>(Json::parse(R"({"old":1})"), "a.json").later.value, "");
  const Json value = {{"old", 1}, {"later", "new"}};
  EXPECT_EQ(record_from_json<Extended>(value, "a.json").later.value, "new");
}

TEST(Fields, AFieldThatCameLaterIsAsStrictAsOthers) {
  EXPECT_THROW(record_from_json<Extended>({{"old", 1}, {"later", 2}}, "a.json"), Error);
  EXPECT_THROW(record_from_json<Extended>({{"old", 1}, {"latter", "x"}}, "a.json"), Error);
}

}  // namespace
}  // namespace harness
