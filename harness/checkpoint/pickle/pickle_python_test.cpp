#include "harness/checkpoint/pickle/pickle_python.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/checkpoint/pickle/pickle_writer.h"
#include "harness/checkpoint/pickle/unpickler.h"
#include "harness/testing/pickle_text.h"

namespace harness {
namespace {

using namespace std::string_literals;
using pickle_text::global;
using pickle_text::integer;
using pickle_text::join;
using pickle_text::pickled;
using pickle_text::text;
using pickle_text::tuple;

class PicklePython : public testing::Test {
 protected:
  RewritableValue convert(const std::string& body, const std::vector<std::string>& left_out = {}) {
    bytes_ = pickled(body);
    stored_ = StoredPickle{};
    stored_.tree = unpickle(std::as_bytes(std::span(bytes_)), "x.pth").tree;
    stored_.storages.resize(stored_.tree.storages.size(), std::as_bytes(std::span(memory_)));
    return to_python_value(stored_, "x.pth", left_out);
  }

  std::string refusal(const std::string& body) {
    try {
      convert(body);
    } catch (const Error& error) {
      return error.detail();
    }
    return "";
  }

  std::string bytes_;
  std::vector<float> memory_ = std::vector<float>(6);
  StoredPickle stored_;
};

std::string dict(const std::string& items) {
  return "}(" + items + "u";
}

TEST_F(PicklePython, WritesAgainWhatWasRead) {
  const std::string body = dict(join(text("a"), tuple(integer(1), text("x")), integer(7), "]"s,
                                     text("t"), pickle_text::tensor()));
  const RewritableValue read = convert(body);
  const auto& items = read.value.items();
  ASSERT_EQ(items.size(), 6U);
  EXPECT_EQ(items[1].kind(), PythonValue::Kind::kTuple);
  EXPECT_EQ(items[2].integer(), 7);
  EXPECT_EQ(items[5].tensor().shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(items[5].tensor().storage_bytes.size(), 24U);
  EXPECT_TRUE(read.changed.empty());
}

TEST_F(PicklePython, KeepsOrderedDictsAndTheirAttributes) {
  const std::string made = join(global("collections", "OrderedDict"), ")R"s, text("k"), "Ns"s,
                                dict(join(text("_metadata"), "N"s)), "b"s);
  const RewritableValue read = convert(made);
  EXPECT_EQ(read.value.kind(), PythonValue::Kind::kOrderedDict);
  ASSERT_NE(read.value.attributes(), nullptr);
  EXPECT_EQ(read.value.attributes()->items()[0].text(), "_metadata");
  EXPECT_EQ(convert("}").value.kind(), PythonValue::Kind::kDict);
}

TEST_F(PicklePython, LeavesOutTopLevelKeysOnly) {
  const std::string inner = dict(join(text("optimizer"), "N"s));
  const RewritableValue read =
      convert(dict(join(text("optimizer"), "N"s, text("meta"), inner)), {"optimizer", "absent"});
  EXPECT_EQ(read.left_out, std::vector<std::string>{"optimizer"});
  ASSERT_EQ(read.value.items().size(), 2U);
  EXPECT_EQ(read.value.items()[1].items()[0].text(), "optimizer");
}

TEST_F(PicklePython, NumpyScalarsBecomeNumbersAndSayWhere) {
  const std::string dtype = join(
      global("numpy", "dtype"), tuple(text("f8"), integer(0), integer(1)), "R"s,
      tuple(integer(3), text("<"), "N"s, "N"s, "N"s, integer(-1), integer(-1), integer(0)), "b"s);
  const std::string bytes = join("C\x08"s, "\0\0\0\0\0\0\x04\x40"s);
  const std::string scalar =
      join(global("numpy.core.multiarray", "scalar"), tuple(dtype, bytes), "R"s);
  const RewritableValue read = convert(dict(join(text("best"), scalar)));
  EXPECT_EQ(read.value.items()[1].real(), 2.5);
  EXPECT_EQ(read.changed, std::vector<std::string>{"best: numpy scalar written as a number"});
}

TEST_F(PicklePython, RefusesWhatWouldNotLoadWithWeightsOnly) {
  EXPECT_THAT(refusal(dict(join(text("cfg"), global("mmcv", "Config"), ")R"s))),
              testing::HasSubstr("cfg: expected plain data and tensors, got an object of the class "
                                 "mmcv.Config"));
  EXPECT_THAT(refusal(global("mmcv", "Config")), testing::HasSubstr("the class mmcv.Config"));
  EXPECT_THAT(refusal(pickle_text::storage("FloatStorage", "0", 6)),
              testing::HasSubstr("got a storage"));
  EXPECT_THAT(refusal("]q\1h\1a"), testing::HasSubstr("holds itself"));
}

}  // namespace
}  // namespace harness
