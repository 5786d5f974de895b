#include "harness/base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) >= 0;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(Descriptor, IsClosedWhenTheObjectGoes) {
  int value = -1;
  {
    const Descriptor file = open_file("/dev/null", O_RDONLY);
    value = file.get();
    EXPECT_TRUE(is_open(value));
    EXPECT_NE(::fcntl(value, F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_FALSE(is_open(value));
}

TEST(Descriptor, HasOneOwner) {
  Descriptor first = open_file("/dev/null", O_RDONLY);
  const int value = first.get();
  Descriptor second(std::move(first));
  EXPECT_EQ(second.get(), value);
  Descriptor third = open_file("/dev/zero", O_RDONLY);
  const int replaced = third.get();
  third = std::move(second);
  EXPECT_EQ(third.get(), value);
  EXPECT_TRUE(is_open(value));
  EXPECT_FALSE(is_open(replaced));
}

TEST(Descriptor, AMissingFileIsAnErrorThatNamesIt) {
  try {
    open_file("/nonexistent/file", O_RDONLY);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_EQ(error.subject(), "/nonexistent/file");
    EXPECT_THAT(error.detail(), testing::HasSubstr(std::strerror(ENOENT)));
  }
}

TEST(Descriptor, WritesAllAndReadsItBack) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  EXPECT_TRUE(write_all(open_file(path, O_WRONLY | O_CREAT), bytes_of("some bytes")));
  std::array<std::byte, 64> block{};
  const Descriptor file = open_file(path, O_RDONLY);
  EXPECT_EQ(read_some(file, block), 10);
  EXPECT_EQ(read_some(file, block), 0);
}

TEST(Descriptor, WhatTheSystemRefusesIsSaid) {
  const Descriptor full = open_file("/dev/full", O_WRONLY);
  EXPECT_FALSE(write_all(full, bytes_of("some bytes")));
  EXPECT_EQ(errno, ENOSPC);
  std::array<std::byte, 64> block{};
  EXPECT_EQ(read_some(full, block), -1) << "it is open for writing only";
}

}  // namespace
}  // namespace harness
