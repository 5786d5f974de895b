// Values that mean harm: persistent ids, numbers of tensors, and sound pickles of which one byte is
// another.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/zip/zip_reader.h"
#include "harness/testing/pickle_text.h"
#include "harness/testing/reading_outcome.h"

namespace harness {
namespace {

using pickle_text::global;
using pickle_text::integer;
using pickle_text::join;
using pickle_text::pickled;
using pickle_text::text;
using pickle_text::tuple;
using testing::HasSubstr;
using namespace std::string_literals;

/// A value of each kind.
const std::string kValues[] = {"N",
                               "\x88",
                               integer(4),
                               integer(-1),
                               "G\x40\x10\0\0\0\0\0\0"s,
                               text("x"),
                               "C\1x",
                               ")",
                               "]",
                               "}",
                               "\x8f",
                               global("torch", "FloatStorage"),
                               global("a", "B"),
                               global("a", "B") + ")R",
                               pickle_text::storage("FloatStorage", "1", 4)};

/// Every part of a persistent id replaced by every kind of value.
TEST(HostileValues, PersistentIdsOfWrongShapesAreRefused) {
  std::vector<std::string> parts = {
      text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), integer(4), "N"};
  // The location is passed over, unless Python could call a method of it; a key is any text, a view
  // None.
  const auto may_be = [](std::size_t part, const std::string& value) {
    const bool is_object = value.starts_with('c');
    return (part == 3 && !is_object) || (part == 1 && value == global("torch", "FloatStorage")) ||
           (part == 2 && value == text("x")) || (part == 4 && value == integer(4)) ||
           (part == 5 && value == "N");
  };
  int refused = 0;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (const std::string& value : kValues) {
      auto changed = parts;
      changed[part] = value;
      std::string body = "(";
      for (const std::string& one : changed) body += one;
      const bool taken = outcome(pickled(body + "tQ")).code() == ErrorCode::kUsage;
      EXPECT_EQ(taken, may_be(part, value)) << part << ": " << testing::PrintToString(value);
      if (!taken) ++refused;
    }
  }
  EXPECT_EQ(refused, 6 * 15 - (15 - 3) - 4);
  for (const std::string& value : kValues) {
    EXPECT_NE(outcome(pickled(value + "Q")).code(), ErrorCode::kUsage);
  }
}

/// A LONG1 of nine bytes: what 64 bits cannot hold.
std::string power_of_two(int exponent) {
  std::string bytes(10, '\0');
  bytes[static_cast<std::size_t>(exponent / 8)] = static_cast<char>(1 << (exponent % 8));
  return join("\x8a", std::string(1, '\x0a'), bytes);
}

std::string tensor_of(const std::string& offset, const std::string& sizes,
                      const std::string& strides) {
  return join(
      global("torch._utils", "_rebuild_tensor_v2"),
      tuple(pickle_text::storage("FloatStorage", "0", 4), offset, sizes, strides, "\x89"s, "N"s),
      "R");
}

/// A legacy stream of one storage of four elements.
std::string legacy(const std::string& body) {
  return pickle_text::legacy_head() + pickled(body) + pickled("]" + text("0") + "a") +
         "\4\0\0\0\0\0\0\0"s + std::string(16, '\1');
}

/// All combinations of numbers that tempt arithmetic to overflow, in two dimensions.
TEST(HostileValues, NumbersOfTensorsNeverLeadOutsideTheirStorage) {
  const std::string numbers[] = {
      integer(0),       integer(1),       integer(2),       integer(4),       integer(-1),
      power_of_two(31), power_of_two(32), power_of_two(62), power_of_two(63), power_of_two(64)};
  std::size_t taken = 0;
  std::size_t tried = 0;
  for (const auto& offset : numbers) {
    for (const auto& rows : numbers) {
      for (const auto& stride : numbers) {
        const std::string bytes =
            legacy(tensor_of(offset, tuple(rows, integer(2)), tuple(stride, integer(1))));
        const auto view = std::as_bytes(std::span(bytes));
        const std::vector<std::byte> file(view.begin(), view.end());
        ++tried;
        try {
          const Checkpoint checkpoint = Checkpoint::read(file, "x.pth");
          for (const TensorView& tensor : checkpoint.other_tensors()) tensor_digest(tensor);
          ++taken;
        } catch (const Error& error) {
          ASSERT_EQ(error.code(), ErrorCode::kInvalidFile);
        }
      }
    }
  }
  EXPECT_EQ(tried, 1000U);
  // Those that fit: no rows at offsets 0 to 4, and up to two rows within four elements.
  EXPECT_GT(taken, 10U);
  EXPECT_LT(taken, 100U);
}

class PickleOfAProtocol : public testing::TestWithParam<const char*> {
 protected:
  static std::string read_pickle() {
    const std::string bytes = read_file(std::string("fixtures/checkpoints/") + GetParam() + ".pth");
    const ZipReader zip(std::as_bytes(std::span(bytes)), "x.pth");
    for (const ZipEntry& entry : zip.entries()) {
      if (entry.name.ends_with("/data.pkl")) return zip.read_small(entry, 1 << 20);
    }
    return "";
  }
  std::string pickle_ = read_pickle();
};

TEST_P(PickleOfAProtocol, IsRefusedWhereverItIsCut) {
  EXPECT_EQ(outcome(pickle_).code(), ErrorCode::kUsage) << "it is sound";
  for (std::size_t size = 0; size < pickle_.size(); ++size) {
    const Error error = outcome(pickle_.substr(0, size));
    ASSERT_EQ(error.code(), ErrorCode::kInvalidFile) << size;
    ASSERT_THAT(error.detail(), HasSubstr("expected")) << size;
  }
}

constexpr std::string_view kOther("\0(0QRb\x80\xff", 8);

/// In a zip file the checksum would see it first.
TEST_P(PickleOfAProtocol, IsReadOrRefusedWhateverByteIsAnother) {
  std::size_t refused = 0;
  for (std::size_t at = 0; at < pickle_.size(); ++at) {
    std::string changed = pickle_;
    changed[at] = kOther[at % kOther.size()];
    const Error error = outcome(changed);
    if (error.code() == ErrorCode::kUsage) continue;
    ++refused;
    ASSERT_TRUE(error.code() == ErrorCode::kInvalidFile || error.code() == ErrorCode::kUnsafePickle)
        << at;
  }
  EXPECT_GT(refused, pickle_.size() / 4);
}

INSTANTIATE_TEST_SUITE_P(TwoToFive, PickleOfAProtocol,
                         testing::Values("variety_zip_protocol2", "variety_zip_protocol3",
                                         "variety_zip_protocol4", "variety_zip_protocol5"));

}  // namespace
}  // namespace harness
