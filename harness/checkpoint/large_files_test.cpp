// Checkpoints whose size is the attack: many tensors, long texts, pickles that unpack to millions
// of values.

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/pickle/pickle_value.h"
#include "harness/report/inspect.h"
#include "harness/report/inspect_text.h"
#include "harness/testing/pickle_text.h"
#include "harness/testing/zip_text.h"

namespace harness {
namespace {

using pickle_text::join;
using pickle_text::pickled;
using pickle_text::text;
using testing::HasSubstr;
using namespace std::string_literals;

constexpr std::size_t kTenMegabytes = 10'000'000;
constexpr int kManyTensors = 100'000;

std::string tensor(const std::string& key) {
  return pickle_text::global("torch._utils", "_rebuild_tensor_v2") +
         pickle_text::tuple(pickle_text::storage("FloatStorage", key, 1), "K\0"s, "(K\1t"s,
                            "(K\1t"s, "\x89"s,
                            pickle_text::global("collections", "OrderedDict") + ")R") +
         "R";
}

std::string zip_of(const std::string& body, bool deflated = false) {
  return zip_text::archive({{"x/data.pkl", pickled(body), deflated}, {"x/version", "3"}});
}

Checkpoint read(const std::string& bytes) {
  return Checkpoint::read(std::as_bytes(std::span(bytes)), "x.pth");
}

Error refusal(const std::string& bytes) {
  try {
    read(bytes);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorCode::kUsage, "", "nothing was refused"};
}

TEST(LargeFile, HoldsAHundredThousandTensorsInTheLegacyFormat) {
  std::string bytes = pickle_text::legacy_head();
  std::string body = "}(";
  std::string keys = "](";
  std::string storages;
  for (int index = 0; index < kManyTensors; ++index) {
    const std::string key = std::to_string(index);
    body += text("layer." + key) + tensor(key);
    keys += text(key);
    storages += "\1\0\0\0\0\0\0\0"s + "\0\0\x80\x3f"s;
  }
  bytes += pickled(body + "u") + pickled(keys + "e") + storages;
  const Checkpoint checkpoint = read(bytes);
  ASSERT_EQ(checkpoint.state_dict().size(), static_cast<std::size_t>(kManyTensors));
  EXPECT_EQ(checkpoint.state_dict().back().name, "layer.99999");
  EXPECT_EQ(statistics_of(checkpoint.state_dict().back()).max_abs, 1.0);
}

TEST(LargeFile, HoldsAHundredThousandTensorsInTheZipFormat) {
  std::vector<zip_text::Entry> entries = {{"x/data.pkl", "", false}, {"x/version", "3", false}};
  std::string body = "}(";
  // A directory of this form counts to 65535; the last storage serves the other tensors.
  for (int index = 0; index < kManyTensors; ++index) {
    const std::string key = std::to_string(std::min(index, 60'000));
    body += text("layer." + std::to_string(index)) + tensor(key);
    if (index <= 60'000) entries.push_back({"x/data/" + key, "\0\0\x80\x3f"s, false});
  }
  entries[0].content = pickled(body + "u");
  const std::string bytes = zip_text::archive(entries);
  const Checkpoint checkpoint = read(bytes);
  ASSERT_EQ(checkpoint.state_dict().size(), static_cast<std::size_t>(kManyTensors));
  EXPECT_EQ(checkpoint.state_dict().back().storage, 60'000);
  EXPECT_EQ(statistics_of(checkpoint.state_dict().back()).max_abs, 1.0);
}

TEST(LargeFile, KeepsATextOfTenMegabytes) {
  const std::string bytes = zip_of("}" + text("meta") + "}" + text("config") +
                                   text(std::string(kTenMegabytes, 'x')) + "ss");
  const Checkpoint checkpoint = read(bytes);
  EXPECT_EQ(checkpoint.meta()["config"].get_ref<const std::string&>().size(), kTenMegabytes);
  EXPECT_LT(inspect_text(inspect_checkpoint(checkpoint, "x.pth")).size(), 10'000U);
}

/// Wherever a text of ten megabytes stands that is wrong there, the message stays short.
TEST(LargeFile, AnswersLongTextsWithShortErrors) {
  const std::string text_of_x(kTenMegabytes, 'x');
  const std::string bodies[] = {
      pickle_text::global(text_of_x, "y") + ")R",
      text("y") + text(text_of_x) + "\x93",
      text("os") + text("." + text_of_x) + "\x93",
      text(text_of_x) + ")R",
      text(text_of_x) + "Q",
      pickle_text::tuple(text("storage"), pickle_text::global("torch", "FloatStorage"),
                         text(text_of_x), text("cpu"), "K\1"s) +
          "Q",
      "I" + text_of_x + "\n",
      "S" + text_of_x + "\n",
      "g" + text_of_x + "\n",
      "}(" + text(text_of_x) + tensor("0") + text(text_of_x) + tensor("0") + "u",
  };
  for (const std::string& body : bodies) {
    const Error error = refusal(zip_of(body));
    EXPECT_NE(error.code(), ErrorCode::kUsage) << body.substr(0, 40);
    EXPECT_LT(std::string(error.what()).size(), 1000U) << body.substr(0, 40);
    EXPECT_THAT(error.detail(), HasSubstr("expected")) << body.substr(0, 40);
  }
}

/// A few kilobytes that unpack to a pickle of megabytes.
TEST(LargeFile, RefusesPicklesThatUnpackToMillionsOfValues) {
  constexpr std::size_t kMany = PickleTree::kMaxValues * 5 / 4;
  for (const std::string& filler : {"N"s, "]"s, "("s, "]2"s}) {
    std::string body;
    while (body.size() < kMany * filler.size()) body += filler;
    const std::string bytes = zip_of(body, /*deflated=*/true);
    EXPECT_LT(bytes.size(), 20'000U);
    EXPECT_THAT(refusal(bytes).detail(), HasSubstr("at most")) << filler;
  }
}

TEST(LargeFile, RefusesALegacyStreamThatClaimsMoreThanItHas) {
  const std::string head = pickle_text::legacy_head();
  for (const std::string& claim : {"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"s, "\x8b\xff\xff\xff\x7f"s,
                                   "X\xff\xff\xff\xff"s, "\x96\xff\xff\xff\xff\xff\xff\xff\xff"s}) {
    EXPECT_THAT(refusal(head + "\x80\x02" + claim + "x.").detail(), HasSubstr("truncated"));
  }
}

}  // namespace
}  // namespace harness
