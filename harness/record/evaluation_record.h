#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/record/fields.h"

namespace harness {

/// Layers by kind and by the dtype that they ran in: {"convolution": {"float16": 69}}.
using DtypeCensus = std::map<std::string, std::map<std::string, std::int64_t>>;

/// Time of one image, in seconds; NaN where none was timed.
struct SecondsRecord {
  double median = 0.0;
  double min = 0.0;
  double max = 0.0;
  std::int64_t images = 0;  ///< Timed images.
  std::int64_t warmup = 0;  ///< Images run before them and left out.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("median", self.median);
    visit("min", self.min);
    visit("max", self.max);
    visit("images", self.images);
    visit("warmup", self.warmup);
  }
};

/// The logits of all images, before any resize.
struct LogitsRecord {
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("elements", self.elements);
    visit("non_finite", self.non_finite);
  }
};

/// Every activation of the forward pass over a few images, counted against FP16's range.
struct ActivationsRecord {
  std::int64_t images = 0;
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;
  std::int64_t above_half_max = 0;   ///< Finite and above 65504.
  std::int64_t half_subnormals = 0;  ///< Below 2^-14 and not 0.
  std::int64_t zeros = 0;
  double max_abs = 0.0;  ///< Over finite activations.
  std::optional<std::string> max_abs_layer;
  std::optional<std::string> first_non_finite_layer;  ///< In the order in which they ran.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("images", self.images);
    visit("elements", self.elements);
    visit("non_finite", self.non_finite);
    visit("above_half_max", self.above_half_max);
    visit("half_subnormals", self.half_subnormals);
    visit("zeros", self.zeros);
    visit("max_abs", self.max_abs);
    visit("max_abs_layer", self.max_abs_layer);
    visit("first_non_finite_layer", self.first_non_finite_layer);
  }
};

/// What was observed inside the network; only in the stage evaluate.
struct ForwardRecord {
  ActivationsRecord activations;
  DtypeCensus census;
  /// Weights, and what is allocated beside them for one image, layer by layer.
  std::int64_t peak_bytes = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("activations", self.activations);
    visit("census", self.census);
    visit("peak_bytes", self.peak_bytes);
  }
};

/// EvaluationRecord::segmentation and ParityRecord::segmentation.
inline constexpr const char* kFusedSegmentation = "fused";

/// Measurements of the stages evaluate and evaluate_ms_flip: one arithmetic over all images.
struct EvaluationRecord {
  std::string protocol;  ///< "whole" or "ms_flip".
  std::int64_t images = 0;
  std::int64_t pixels = 0;  ///< Counted pixels.
  std::int64_t classes = 0;
  std::vector<std::vector<std::int64_t>> confusion;  ///< Rows: label, columns: prediction.
  double miou = 0.0;                                 ///< Percent, not rounded; as macc and aacc.
  double macc = 0.0;
  double aacc = 0.0;
  std::vector<double> iou;  ///< Percent by class; NaN where a class is absent.
  std::vector<double> acc;
  double images_per_second = 0.0;  ///< NaN where none was timed.
  SecondsRecord seconds_per_image;
  LogitsRecord logits;
  std::optional<ForwardRecord> forward;  ///< Null for evaluate_ms_flip.
  /// kFusedSegmentation: half and float logits that are resized once become classes in one kernel
  /// on a GPU (evaluate/fused_segmentation.h); "": by LibTorch's operators, or on a CPU.
  LaterField<std::string> segmentation;
  /// On a GPU batch norm, addition and ReLU are one kernel (models/fused_inference.h,
  /// fuse_norms()).
  LaterField<bool> fused_norm;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("protocol", self.protocol);
    visit("images", self.images);
    visit("pixels", self.pixels);
    visit("classes", self.classes);
    visit("confusion", self.confusion);
    visit("miou", self.miou);
    visit("macc", self.macc);
    visit("aacc", self.aacc);
    visit("iou", self.iou);
    visit("acc", self.acc);
    visit("images_per_second", self.images_per_second);
    visit("seconds_per_image", self.seconds_per_image);
    visit("logits", self.logits);
    visit("forward", self.forward);
    visit("segmentation", self.segmentation);
    visit("fused_norm", self.fused_norm);
  }
};

/// Distances of logits from FP64's, as root mean squares; NaN where none were compared.
struct LogitsDistanceRecord {
  std::int64_t images = 0;
  double rmse = 0.0;            ///< The half-precision logits' distance.
  double rmse_reference = 0.0;  ///< FP32's distance.
  double rms = 0.0;             ///< Root mean square of the FP64 logits themselves.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("images", self.images);
    visit("rmse", self.rmse);
    visit("rmse_reference", self.rmse_reference);
    visit("rms", self.rms);
  }
};

/// Pixels of one image by class, in half precision and in FP32.
struct PairedCounts {
  std::vector<std::int64_t> intersect;
  std::vector<std::int64_t> unite;
  std::vector<std::int64_t> intersect_reference;
  std::vector<std::int64_t> unite_reference;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("intersect", self.intersect);
    visit("union", self.unite);
    visit("intersect_reference", self.intersect_reference);
    visit("union_reference", self.unite_reference);
  }
};

/// Measurements of the stage parity: half precision against FP32, one file, the same images.
struct ParityRecord {
  std::int64_t images = 0;
  std::int64_t pixels = 0;          ///< Counted pixels.
  std::int64_t changed_pixels = 0;  ///< Counted pixels whose class differs.
  double miou_reference = 0.0;      ///< FP32's, in percent.
  double miou = 0.0;
  double difference = 0.0;  ///< miou - miou_reference, in points.
  LogitsDistanceRecord logits;
  std::vector<PairedCounts> per_image;
  LaterField<std::string> segmentation;  ///< As in EvaluationRecord, of both; also the next.
  LaterField<bool> fused_norm;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("images", self.images);
    visit("pixels", self.pixels);
    visit("changed_pixels", self.changed_pixels);
    visit("miou_reference", self.miou_reference);
    visit("miou", self.miou);
    visit("difference", self.difference);
    visit("logits", self.logits);
    visit("per_image", self.per_image);
    visit("segmentation", self.segmentation);
    visit("fused_norm", self.fused_norm);
  }
};

}  // namespace harness
