#pragma once

#include <filesystem>

#include "harness/data/image.h"

namespace harness {

/// Decodes a colour PNG as cv2.imread(path, IMREAD_COLOR) does: alpha is dropped, grey is repeated.
///
/// Gamma and colour profiles change no pixel.
///
/// Throws Error(kIo) when the file cannot be read, Error(kInvalidData) when it is not a PNG, is
/// truncated or damaged (a checksum is wrong, pixels are missing or left over, something follows
/// the end), has 16 bits a channel, more than 2^27 pixels or more than 10^6 in a row or a column,
/// or when its Exif data say that it is not upright.
Image read_color_png(const std::filesystem::path& path);

/// Decodes a label map: PNG, one grey channel of 8 bits, or a palette of up to 256 colours. Every
/// value as it is stored: of a palette the indices, whatever their colours (as MMSegmentation reads
/// it: mmcv.imread with flag 'unchanged' and backend 'pillow').
///
/// Throws as read_color_png(), whatever the Exif data say, and Error(kInvalidData) for colour,
/// alpha or another depth.
LabelMap read_label_png(const std::filesystem::path& path);

/// Whether the pixels of a PNG file are indices of a palette.
bool png_has_palette(const std::filesystem::path& path);

}  // namespace harness
