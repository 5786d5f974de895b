#pragma once

#include <cstddef>
#include <span>

namespace harness {

/// Whether the bytes begin with what Python's tarfile takes for the header of a tar archive: 512
/// bytes with the right checksum (POSIX ustar, and the older form without a mark). Their first
/// bytes are a file's name, which can be anything.
bool starts_with_tar_header(std::span<const std::byte> bytes) noexcept;

}  // namespace harness
