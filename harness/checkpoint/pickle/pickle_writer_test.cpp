#include "harness/checkpoint/pickle/pickle_writer.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "harness/checkpoint/pickle/pickle_json.h"
#include "harness/checkpoint/pickle/unpickler.h"
#include "harness/testing/pickle_text.h"

namespace harness {
namespace {

std::string pickle(const PythonValue& value) {
  return PickleWriter(/*with_view_metadata=*/false).write(value);
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

Json read_back(const PythonValue& value) {
  const std::string bytes = pickle(value);
  const Unpickled read = unpickle(std::as_bytes(std::span(bytes)), "pickle");
  EXPECT_EQ(read.size, bytes.size());
  return PickleToJson(read.tree, "pickle").convert(read.tree.root, "");
}

TEST(PickleWriter, WritesTheBytesThatPythonWouldForNumbers) {
  // pickle.dumps(value, protocol=2) of Python 3.11.
  EXPECT_EQ(hex(pickle({})), "80024e2e");
  EXPECT_EQ(hex(pickle(true)), "8002882e");
  EXPECT_EQ(hex(pickle(255)), "80024bff2e");
  EXPECT_EQ(hex(pickle(256)), "80024d00012e");
  EXPECT_EQ(hex(pickle(65536)), "80024a000001002e");
  EXPECT_EQ(hex(pickle(-1)), "80024affffffff2e");
  EXPECT_EQ(hex(pickle(2.5)), "80024740040000000000002e");
}

TEST(PickleWriter, WritesWhatTheReaderReads) {
  PythonValue ordered = PythonValue::ordered_dict();
  ordered.set("z", 1).set("a", PythonValue::tuple({1.5, PythonValue(), false, "\xc3\xa4"}));
  PythonValue attributes = PythonValue::dict();
  ordered.set_attributes(attributes.set("_metadata", PythonValue::ordered_dict()));
  PythonValue root = PythonValue::dict();
  root.set("ordered", ordered)
      .set("list", PythonValue::list({std::int64_t{1} << 40, -(std::int64_t{1} << 40), INT64_MIN}))
      .set("empty", PythonValue::list({PythonValue::tuple(), PythonValue::dict()}))
      .set("set", PythonValue::set({1, 2}))
      .set("bytes", PythonValue::bytes(std::string("\x00\xff", 2)))
      .set("dtype", PythonValue::dtype(DType::kFloat16))
      .set(7, "integer key");
  EXPECT_EQ(read_back(root).dump(),
            R"({"ordered":{"z":1,"a":[1.5,null,false,"ä"]},)"
            R"("list":[1099511627776,-1099511627776,-9223372036854775808],"empty":[[],{}],)"
            R"("set":[1,2],"bytes":{"__class__":"bytes","size":2,"hex":"00ff"},)"
            R"("dtype":"torch.float16","7":"integer key"})");
}

TEST(PickleWriter, WritesManyItemsInBatches) {
  PythonValue list = PythonValue::list();
  PythonValue dict = PythonValue::dict();
  for (int index = 0; index < 2001; ++index) {
    list.append(index);
    dict.set(index, index);
  }
  EXPECT_EQ(read_back(list).size(), 2001U);
  EXPECT_EQ(read_back(list)[2000], 2000);
  EXPECT_EQ(read_back(dict)["2000"], 2000);
}

TEST(PickleWriter, WritesASharedStorageOnce) {
  const std::vector<std::byte> bytes(24);
  TensorView whole = row_major_tensor("whole", DType::kFloat32, {2, 3}, bytes);
  TensorView column = whole;
  column.shape = {2};
  column.strides = {3};
  column.offset = 2;
  PickleWriter writer(false);
  writer.write(PythonValue::list({whole, column}));
  ASSERT_EQ(writer.storages().size(), 1U);
  EXPECT_EQ(writer.storages()[0].bytes.data(), bytes.data());
}

TEST(PickleWriter, RefusesWhatNoReaderCouldRead) {
  const std::vector<std::byte> bytes(24);
  const TensorView good = row_major_tensor("w", DType::kFloat32, {6}, bytes);
  TensorView outside = good;
  outside.offset = 1;
  EXPECT_THROW(pickle(outside), std::invalid_argument);
  TensorView endless = good;
  endless.strides = {INT64_MAX};
  EXPECT_THROW(pickle(endless), std::invalid_argument);
  TensorView broken = good;
  broken.strides = {};
  EXPECT_THROW(pickle(broken), std::invalid_argument);
  TensorView other = good;
  other.dtype = DType::kFloat16;
  EXPECT_THROW(pickle(PythonValue::list({good, other})), std::invalid_argument);
  EXPECT_THROW(pickle("\xff"), std::invalid_argument);
  PythonValue deep = 1;
  for (int depth = 0; depth < kMaxPythonDepth; ++depth) deep = PythonValue::list({deep});
  EXPECT_THROW(pickle(deep), std::invalid_argument);
}

}  // namespace
}  // namespace harness
