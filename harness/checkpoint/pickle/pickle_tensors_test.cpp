#include "harness/checkpoint/pickle/pickle_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/checkpoint/pickle/unpickler.h"
#include "harness/testing/pickle_text.h"

namespace harness {
namespace {

using pickle_text::global;
using pickle_text::integer;
using pickle_text::pickled;
using pickle_text::storage;
using pickle_text::text;
using pickle_text::tuple;

PickleTree read(const std::string& body) {
  const std::string pickle = pickled(body);
  return unpickle(std::as_bytes(std::span(pickle)), "x.pth").tree;
}

std::string refusal(const std::string& body) {
  try {
    read(body);
    return "";
  } catch (const Error& error) {
    return error.detail();
  }
}

std::string rebuild(const std::string& storage, int offset, const std::string& sizes,
                    const std::string& strides) {
  return global("torch._utils", "_rebuild_tensor") +
         tuple(storage, integer(offset), sizes, strides) + "R";
}

TEST(PickleTensors, DescribesATensorOfAStorage) {
  const PickleTree tree = read(pickle_text::tensor());
  ASSERT_EQ(tree.tensors.size(), 1U);
  EXPECT_EQ(tree.tensors[0].dtype, DType::kFloat32);
  EXPECT_EQ(tree.tensors[0].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tree.tensors[0].strides, (std::vector<std::int64_t>{3, 1}));
  ASSERT_EQ(tree.storages.size(), 1U);
  EXPECT_EQ(tree.storages[0].key, "0");
  EXPECT_EQ(tree.storages[0].elements, 6);
}

TEST(PickleTensors, KnowsEveryStorageClass) {
  for (const auto& [name, dtype] : {std::pair{"HalfStorage", DType::kFloat16},
                                    {"BFloat16Storage", DType::kBFloat16},
                                    {"FloatStorage", DType::kFloat32},
                                    {"DoubleStorage", DType::kFloat64},
                                    {"CharStorage", DType::kInt8},
                                    {"ShortStorage", DType::kInt16},
                                    {"IntStorage", DType::kInt32},
                                    {"LongStorage", DType::kInt64},
                                    {"ByteStorage", DType::kUInt8},
                                    {"BoolStorage", DType::kBool}}) {
    EXPECT_EQ(read(storage(name, "0", 1)).storages[0].dtype, dtype) << name;
  }
}

TEST(PickleTensors, ReadsAnUntypedStorageByTheTensorsType) {
  const std::string untyped = tuple(text("storage"), global("torch.storage", "UntypedStorage"),
                                    text("0"), text("cpu"), integer(8)) +
                              "Q";
  const auto v3 = [&](int size) {
    return global("torch._utils", "_rebuild_tensor_v3") +
           tuple(untyped, integer(0), tuple(integer(size)), tuple(integer(1)), std::string("\x89N"),
                 global("torch", "float16")) +
           "R";
  };
  EXPECT_EQ(read(v3(4)).tensors[0].dtype, DType::kFloat16);
  EXPECT_THAT(refusal(v3(5)), testing::HasSubstr("a storage of 4 elements, got element 4"));
}

TEST(PickleTensors, TakesViewsWithinTheStorageOnly) {
  const std::string six = storage("FloatStorage", "0", 6);
  EXPECT_EQ(refusal(rebuild(six, 2, tuple(integer(2), integer(2)), tuple(integer(1), integer(2)))),
            "");
  EXPECT_EQ(refusal(rebuild(six, 5, tuple(integer(9)), tuple(integer(0)))), "");
  EXPECT_EQ(refusal(rebuild(six, 0, tuple(integer(0), integer(9)), tuple(integer(9), integer(1)))),
            "");
  EXPECT_EQ(refusal(rebuild(six, 5, tuple(), tuple())), "");
  EXPECT_THAT(refusal(rebuild(six, 6, tuple(), tuple())), testing::HasSubstr("element 6"));
  EXPECT_THAT(
      refusal(rebuild(six, 3, tuple(integer(2), integer(2)), tuple(integer(1), integer(3)))),
      testing::HasSubstr("element 7"));
  EXPECT_THAT(refusal(rebuild(six, 7, tuple(integer(0)), tuple(integer(1)))),
              testing::HasSubstr("within a storage"));
}

/// In a file of a thousand tensors the byte alone helps nobody.
TEST(PickleTensors, ARefusedTensorIsCalledByItsKey) {
  const auto under_key = [](const std::string& value) {
    return refusal("}" + text("stem.weight") + value + "s");
  };
  const std::string beyond =
      rebuild(storage("FloatStorage", "0", 6), 3, tuple(integer(4)), tuple(integer(1)));
  EXPECT_THAT(under_key(beyond), testing::HasSubstr("'stem.weight': tensor: expected"));
  EXPECT_THAT(under_key(global("torch._utils", "_rebuild_parameter") +
                        tuple(beyond, std::string("\x89"), std::string("}")) + "R"),
              testing::HasSubstr("'stem.weight': tensor: expected"));
  EXPECT_THAT(under_key(storage("FloatStorage", "0", -1)),
              testing::HasSubstr("'stem.weight': storage: expected"));
  EXPECT_THAT(refusal(beyond), testing::HasSubstr(": tensor: expected"));
  EXPECT_THAT(refusal(beyond), testing::Not(testing::HasSubstr("'")));
}

TEST(PickleTensors, SharesOneStorageBetweenTensorsOfOneKey) {
  const PickleTree tree = read(tuple(pickle_text::tensor(), pickle_text::tensor()));
  EXPECT_EQ(tree.tensors.size(), 2U);
  EXPECT_EQ(tree.storages.size(), 1U);
}

/// What PyTorch keeps of x.conj() is x's own storage.
TEST(PickleTensors, NamesViewsThatChangeWhatTheyShow) {
  const auto with = [](const std::string& metadata) {
    return global("torch._utils", "_rebuild_tensor_v2") +
           tuple(storage("ComplexFloatStorage", "0", 2), integer(0), tuple(integer(2)),
                 tuple(integer(1)), std::string("\x89"), std::string("N"), metadata) +
           "R";
  };
  const auto named = [&](const std::string& metadata) {
    const PickleTree tree = read(with(metadata));
    EXPECT_TRUE(tree.tensors.empty());
    return std::string(tree[tree.root].text);
  };
  EXPECT_EQ(read(with("}" + text("conj") + "\x89s")).tensors.size(), 1U);
  EXPECT_EQ(named("}" + text("conj") + "\x88s"), "conjugate view of complex64 [2]");
  EXPECT_EQ(named("}" + text("neg") + "\x88s" + text("conj") + "\x88s"),
            "negative view of conjugate view of complex64 [2]");
  EXPECT_EQ(named("}" + text("tiled") + "\x89s"), "other view of complex64 [2]");
}

TEST(PickleTensors, RefusesOneKeyForTwoStorages) {
  EXPECT_THAT(refusal(tuple(storage("FloatStorage", "0", 6), storage("HalfStorage", "0", 6))),
              testing::HasSubstr("expected float32 [6] for key '0' as before, got float16 [6]"));
}

}  // namespace
}  // namespace harness
