#include "harness/checkpoint/legacy_stream.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/pickle_text.h"

namespace harness {
namespace {

using pickle_text::pickled;
using testing::HasSubstr;
using namespace std::string_literals;

const std::string kMagic = pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
const std::string kProtocol = pickled("M\xe9\x03");
const std::string kSystem =
    pickled(std::string("}").append(pickle_text::text("little_endian")).append("\x88s"));
const std::string kObject = pickled(pickle_text::tensor());
const std::string kKeys = pickled(std::string("]").append(pickle_text::text("0")).append("a"));
const std::string kStorage = "\x06\0\0\0\0\0\0\0"s + std::string(24, '\1');

std::string stream() {
  return kMagic + kProtocol + kSystem + kObject + kKeys + kStorage;
}

StoredPickle read(const std::string& bytes) {
  return read_legacy_stream(std::as_bytes(std::span(bytes)), "x.pth");
}

std::string refusal(const std::string& bytes) {
  try {
    read(bytes);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.subject(), "x.pth");
    return error.detail();
  }
}

TEST(LegacyStream, BindsStoragesToTheBytesBehindThePickles) {
  const std::string bytes = stream();
  const StoredPickle stored = read(bytes);
  ASSERT_EQ(stored.storages.size(), 1U);
  EXPECT_EQ(reinterpret_cast<const char*>(stored.storages[0].data()),
            bytes.data() + bytes.size() - 24);
  EXPECT_EQ(stored.tree.tensors[0].shape, (std::vector<std::int64_t>{2, 3}));
}

TEST(LegacyStream, IsKnownByItsFirstByte) {
  const std::string bytes = stream();
  EXPECT_TRUE(is_legacy_stream(std::as_bytes(std::span(bytes))));
  EXPECT_FALSE(is_legacy_stream({}));
  EXPECT_FALSE(is_legacy_stream(std::as_bytes(std::span("PK"))));
}

/// pickle.dumps(0x1950a86a20f9469cfc6c, protocol=1) has no mark of a pickle before it.
TEST(LegacyStream, MayBeOfProtocol0Or1) {
  const std::string magic = "L119547037146038801333356L\n.";
  const auto plain = [](const std::string& pickle) { return pickle.substr(2); };
  const std::string bytes =
      magic + plain(kProtocol) + plain(kSystem) + plain(kObject) + plain(kKeys) + kStorage;
  EXPECT_TRUE(is_legacy_stream(std::as_bytes(std::span(bytes))));
  EXPECT_EQ(read(bytes).tree.tensors.size(), 1U);
  const std::string other = plain(kProtocol);
  EXPECT_FALSE(is_legacy_stream(std::as_bytes(std::span(other))));
}

TEST(LegacyStream, RefusesAnotherHeader) {
  EXPECT_THAT(refusal(pickled("K\x01") + stream()), HasSubstr("the magic number"));
  EXPECT_THAT(refusal(kMagic + pickled("K\x01")), HasSubstr("expected protocol 1001, got 1"));
  EXPECT_THAT(refusal(kMagic + kProtocol + pickled("}")), HasSubstr("little_endian"));
  EXPECT_THAT(refusal(kMagic + kProtocol + pickled("N")), HasSubstr("little_endian"));
  EXPECT_THAT(
      refusal(kMagic + kProtocol +
              pickled(std::string("}").append(pickle_text::text("little_endian")).append("\x89s"))),
      HasSubstr("little_endian"));
}

TEST(LegacyStream, RefusesStoragesThatDoNotAddUp) {
  const std::string head = kMagic + kProtocol + kSystem + kObject;
  EXPECT_THAT(refusal(head + pickled("]")), HasSubstr("storage '0', got none"));
  EXPECT_THAT(refusal(head + pickled("N")), HasSubstr("a list of storage keys"));
  EXPECT_THAT(refusal(stream() + "x"), HasSubstr("1 bytes more"));
  EXPECT_THAT(refusal(stream().substr(0, stream().size() - 1)), HasSubstr("truncated"));
  const std::string named =
      kMagic + kProtocol + kSystem +
      pickled(std::string("}").append(pickle_text::text("w")).append(pickle_text::tensor()) + "s");
  EXPECT_THAT(refusal(named + pickled("]")), HasSubstr("storage '0' of 'w', got none"));
  EXPECT_THAT(refusal(named + kKeys + kStorage.substr(0, 20)),
              HasSubstr("truncated in storage '0' of 'w': expected 24 bytes, got 12"));
  EXPECT_THAT(refusal(named + kKeys + "\x07\0\0\0\0\0\0\0"s + std::string(28, '\1')),
              HasSubstr("storage '0' of 'w': expected 6 elements, got 7"));
  EXPECT_THAT(refusal(head + kKeys + "\x07\0\0\0\0\0\0\0"s + std::string(28, '\1')),
              HasSubstr("expected 6 elements, got 7"));
}

}  // namespace
}  // namespace harness
