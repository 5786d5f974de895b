#include "harness/checkpoint/checkpoint.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/report/inspect.h"
#include "harness/testing/pickle_text.h"

namespace harness {
namespace {

const std::filesystem::path kFolder = "fixtures/checkpoints";

Checkpoint open(const std::string& name) {
  return Checkpoint::open(kFolder / name);
}

void expect_digests(const std::vector<TensorView>& tensors, const Json& digests) {
  ASSERT_EQ(tensors.size(), digests.size());
  for (const TensorView& tensor : tensors) {
    ASSERT_TRUE(digests.contains(tensor.name)) << tensor.name;
    EXPECT_EQ(tensor_digest(tensor), digests[tensor.name]) << tensor.name;
  }
}

/// What fixtures/checkpoints/make_checkpoints.py puts into "meta", written down by hand.
constexpr char kMeta[] = R"json({
  "none": null, "yes": true, "no": false, "text": "Straße 🛣",
  "small": 5, "negative": -3, "large": 1099511627776,
  "beyond": "0x400000000000000000", "below": "-0x400000000000000000",
  "real": 0.1, "nan": null, "infinite": null,
  "tuple": [1, [2, 3]], "empty_tuple": [], "list": [1, [2], "x"], "set": [4], "frozen": [5],
  "bytes": {"__class__": "bytes", "size": 4, "hex": "00ff6162"},
  "array_of_bytes": {"__class__": "bytes", "size": 3, "hex": "78797a"},
  "many_bytes": {"__class__": "bytes", "size": 100,
    "sha256": "cd00e292c5970d3c5e2f0ffa5171e555bc46bfc4faddfb4a418b6840b86e79a3"},
  "ordered": {"z": 1, "a": 2}, "counts": {"a": 3},
  "keys": {"0": "zero", "True": "yes", "None": "none", "2.5": "real", "(1, x)": "tuple"},
  "size": [2, 3], "dtype": "torch.float16", "device": "cuda:0", "cpu": "cpu",
  "numpy": [2.5, 0.5, -7, true],
  "array": {"__class__": "numpy.ndarray", "dtype": "float64", "shape": [2, 2],
            "values": [1.0, 2.0, 3.0, null]},
  "integers": {"__class__": "numpy.ndarray", "dtype": "int32", "shape": [3], "values": [0, 1, 2]},
  "complex": {"__class__": "builtins.complex", "args": [1.0, 2.0]},
  "slice": {"__class__": "builtins.slice", "args": [1, 5, 2]},
  "range": {"__class__": "builtins.range", "args": [0, 3, 1]},
  "buffer": {"__class__": "__main__.HistoryBuffer", "state": {"values": [1, 2]}},
  "settings": {"__class__": "__main__.Settings", "entries": {"a": 1}},
  "class": {"__class__": "type", "name": "__main__.HistoryBuffer"},
  "tensor": {"__tensor__": "int16 [2]"}})json";

class Variety : public testing::TestWithParam<const char*> {};

TEST_P(Variety, HoldsTheTensorsThatPyTorchReads) {
  const Checkpoint checkpoint = open(GetParam());
  const Json expected = read_json_file(kFolder / "expected.json")[GetParam()];
  ASSERT_EQ(checkpoint.state_dict().size(), 26U);
  expect_digests(checkpoint.state_dict(), expected["state_dict"]);
  ASSERT_EQ(checkpoint.other_tensors().size(), 2U);
  expect_digests(checkpoint.other_tensors(), expected["other"]);
}

TEST_P(Variety, HoldsTheMetaThatWasSaved) {
  const Checkpoint checkpoint = open(GetParam());
  const Json& actual = checkpoint.meta();
  const Json expected = Json::parse(kMeta);
  for (const auto& [key, value] : expected.items()) {
    EXPECT_EQ(actual.value(key, Json("missing")), value) << key;
  }
  EXPECT_EQ(actual.size(), expected.size());
}

TEST_P(Variety, KeepsWhatIsNotATensorApart) {
  const Checkpoint checkpoint = open(GetParam());
  EXPECT_EQ(checkpoint.state_dict_values(), Json::parse(R"({"version": 3})"));
  EXPECT_FALSE(checkpoint.top_level().contains("state_dict"));
  EXPECT_EQ(checkpoint.top_level()["optimizer"]["param_groups"][0]["lr"], 0.1);
  EXPECT_EQ(checkpoint.other_tensors().back().name, "optimizer.state.0.momentum_buffer");
}

INSTANTIATE_TEST_SUITE_P(EveryFormatAndProtocol, Variety,
                         testing::Values("variety_legacy_protocol2.pth",
                                         "variety_legacy_protocol3.pth",
                                         "variety_legacy_protocol4.pth",
                                         "variety_legacy_protocol5.pth",
                                         "variety_zip_protocol2.pth", "variety_zip_protocol3.pth",
                                         "variety_zip_protocol4.pth", "variety_zip_protocol5.pth"));

TEST(Checkpoint, TellsTheFormats) {
  EXPECT_EQ(open("small_legacy.pth").format(), CheckpointFormat::kLegacy);
  EXPECT_EQ(open("small_zip.pth").format(), CheckpointFormat::kZip);
  EXPECT_EQ(to_string(CheckpointFormat::kLegacy), "legacy");
  EXPECT_EQ(open("small_legacy.pth").file_size(), 502U);
}

TEST(Checkpoint, TakesABareMappingAsTheStateDict) {
  const Checkpoint checkpoint = open("small_zip.pth");
  ASSERT_EQ(checkpoint.state_dict().size(), 2U);
  EXPECT_EQ(checkpoint.state_dict()[0].name, "w");
  EXPECT_EQ(checkpoint.state_dict()[1].shape, std::vector<std::int64_t>{});
  EXPECT_TRUE(checkpoint.meta().is_null());
  EXPECT_EQ(checkpoint.top_level(), Json::parse(R"({"w": {"__tensor__": "float32 [2, 3]"},
                            "steps": {"__tensor__": "int64 []"}})"));
}

TEST(Checkpoint, TakesTensorsThatStandInNoMappingAsTheWeights) {
  for (const char* format : {"legacy", "zip"}) {
    const Checkpoint bare = open(std::string("bare_tensor_") + format + ".pth");
    EXPECT_TRUE(bare.other_tensors().empty());
    ASSERT_EQ(bare.state_dict().size(), 1U);
    EXPECT_EQ(bare.state_dict()[0].name, "tensor");
    const Checkpoint list = open(std::string("list_") + format + ".pth");
    ASSERT_EQ(list.state_dict().size(), 2U);
    EXPECT_EQ(list.state_dict()[1].name, "1.x");
  }
}

TEST(Checkpoint, ReadsTheWeightsOfAWholeModule) {
  for (const char* format : {"legacy", "zip"}) {
    const Checkpoint checkpoint = open(std::string("whole_module_") + format + ".pth");
    EXPECT_EQ(checkpoint.top_level()["__class__"], "torch.nn.modules.linear.Linear");
    ASSERT_EQ(checkpoint.state_dict().size(), 2U);
    EXPECT_EQ(checkpoint.state_dict()[0].name, "weight");
    EXPECT_TRUE(checkpoint.other_tensors().empty());
    EXPECT_TRUE(checkpoint.unknown_code().empty());
  }
}

TEST(Checkpoint, ReadsStoragesThatArePartsOfAnother) {
  const Checkpoint checkpoint = open("parts_legacy.pth");
  expect_digests(checkpoint.state_dict(),
                 read_json_file(kFolder / "expected.json")["parts_legacy.pth"]["state_dict"]);
  EXPECT_EQ(checkpoint.state_dict()[1].offset, 5);
  EXPECT_EQ(checkpoint.state_dict()[1].storage, checkpoint.state_dict()[0].storage);
}

TEST(Checkpoint, KeepsViewsAsViewsOfOneStorage) {
  const Checkpoint checkpoint = open("variety_zip_protocol2.pth");
  const auto find = [&](std::string_view name) {
    for (const TensorView& tensor : checkpoint.state_dict()) {
      if (tensor.name == name) return tensor;
    }
    return TensorView{};
  };
  EXPECT_EQ(find("view.transposed").storage, find("view.whole").storage);
  EXPECT_EQ(find("view.transposed").strides, (std::vector<std::int64_t>{1, 6}));
  EXPECT_EQ(find("view.expanded").strides, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(find("view.rows").offset, 6);
  EXPECT_NE(find("view.permuted").storage, find("view.whole").storage);
}

/// A mask of 16 GiB, expanded from one element, beside a weight.
TEST(Checkpoint, NamesAnExpandedTensorThatWouldFillTheMemoryAndReadsTheOthers) {
  using namespace pickle_text;
  using namespace std::string_literals;
  const std::string mask =
      global("torch._utils", "_rebuild_tensor_v2") +
      tuple(storage("FloatStorage", "0", 6), integer(0), tuple(integer(65536), integer(65536)),
            tuple(integer(0), integer(0)), "\x89"s, "N"s) +
      "R";
  const std::string weights = join("}(", text("a.weight"), tensor(), text("a.mask"), mask, "u"s);
  const std::string bytes = legacy_head() + pickled("}" + text("state_dict") + weights + "s") +
                            pickled("]" + text("0") + "a") + "\6\0\0\0\0\0\0\0"s +
                            std::string(24, '\1');
  const auto view = std::as_bytes(std::span(bytes));
  const Checkpoint checkpoint =
      Checkpoint::read(std::vector<std::byte>(view.begin(), view.end()), "x.pth");
  ASSERT_EQ(checkpoint.state_dict().size(), 1U);
  EXPECT_EQ(checkpoint.state_dict().front().name, "a.weight");
  ASSERT_EQ(checkpoint.unread_tensors().size(), 1U);
  EXPECT_EQ(checkpoint.unread_tensors().front().name, "a.mask");
  EXPECT_THAT(checkpoint.unread_tensors().front().form,
              testing::HasSubstr("float32 [65536, 65536]"));
}

TEST(Checkpoint, ComparesTheChecksumsOfStorages) {
  std::string bytes = read_file(kFolder / "small_zip.pth");
  const auto view = std::as_bytes(std::span(bytes));
  EXPECT_NO_THROW(Checkpoint::read(view, "x.pth").verify_checksums());
  // The last element of "w" is 5.0, whose highest bytes are unlike any other's.
  const std::size_t at = bytes.find(std::string("\0\0\x80\x40\0\0\xa0\x40", 8));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 7] = '\x41';
  const Checkpoint checkpoint = Checkpoint::read(view, "x.pth");
  try {
    checkpoint.verify_checksums();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    EXPECT_EQ(error.subject(), "x.pth");
    EXPECT_THAT(error.detail(), testing::HasSubstr("data/0: expected CRC-32"));
  }
  EXPECT_THROW(inspect_checkpoint(checkpoint, "x.pth"), Error);
}

TEST(Checkpoint, RefusesWhatIsNoCheckpoint) {
  const TemporaryFolder folder;
  for (const std::string_view bytes : {"", "PK", "hello, world", "\x80\x02]."}) {
    write_file_atomic(folder.path() / "x.pth", bytes);
    try {
      Checkpoint::open(folder.path() / "x.pth");
      FAIL() << bytes;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
      EXPECT_EQ(error.subject(), (folder.path() / "x.pth").string());
    }
  }
}

TEST(Checkpoint, SaysWhenTheFileIsMissing) {
  try {
    open("no_such.pth");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
  }
}

}  // namespace
}  // namespace harness
