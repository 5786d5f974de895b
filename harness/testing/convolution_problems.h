#pragma once

#include "harness/deepbench/problem.h"

namespace harness {

/// For tests: two images and groups, and every side, stride and dilation different from the others,
/// so that one that takes another's place shows.
inline ConvolutionProblem uneven_convolution(std::int64_t height, std::int64_t width) {
  ConvolutionProblem p;
  p.n = 2;
  p.c = 4;
  p.h = height;
  p.w = width;
  p.k = 6;
  p.r = 3;
  p.s = 2;
  p.pad = {1, 2};
  p.stride = {2, 1};
  p.dilation = {1, 3};
  p.groups = 2;
  return p;
}

}  // namespace harness
