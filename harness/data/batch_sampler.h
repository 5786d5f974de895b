#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace harness {

struct SamplerOptions {
  std::size_t items = 0;       ///< Images in the data set.
  std::size_t batch = 1;       ///< Images in a batch of one rank.
  std::uint64_t seed = 0;      ///< The same in every rank.
  std::size_t rank = 0;        ///< Below world_size.
  std::size_t world_size = 1;  ///< Processes that share an epoch.
};

/// A training's position in its data: all that has to be saved to resume from there.
struct SamplerPosition {
  std::uint64_t epoch = 0;
  std::uint64_t index = 0;  ///< Batches of this epoch that are done.

  bool operator==(const SamplerPosition&) const = default;
};

/// Which images make up which batch: a pure function of the options and the batch's number.
///
/// Each epoch has its own order, drawn by Fisher and Yates' shuffle from the stream (seed, epoch,
/// 0, StreamUse::kOrder). A rank takes every world_size-th image of it; where the images do not
/// divide evenly, the order is padded with its own beginning (repeatedly, when it is short).
/// The rest of a rank's share after its last whole batch is dropped.
/// Source: PyTorch 1.9, torch/utils/data/distributed.py, DistributedSampler with drop_last=False,
/// under a DataLoader with drop_last=True, as mmseg 0.17.0, mmseg/datasets/builder.py, combines
/// them. The orders are not PyTorch's: another generator draws them.
///
/// Every function may be called from several threads at a time.
class BatchSampler {
 public:
  /// Throws Error(kUsage) when an option makes no sense: no items, 2^32 or more of them, an empty
  /// batch, a rank that is not below the world's size, or a share of less than one batch.
  explicit BatchSampler(const SamplerOptions& options);

  std::size_t batches_per_epoch() const noexcept { return batches_per_epoch_; }

  /// The images of the batch with this number, counted from 0 through all epochs. The order of an
  /// epoch is drawn once and cached while its batches are asked for.
  std::vector<std::size_t> batch(std::uint64_t number) const;

  SamplerPosition position_of(std::uint64_t number) const noexcept;

  /// The inverse of position_of(). Throws Error(kUsage) when an epoch has no batch of that index.
  std::uint64_t number_of(const SamplerPosition& position) const;

 private:
  using Order = std::vector<std::uint32_t>;
  struct KeptOrder {
    std::uint64_t epoch = 0;
    std::shared_ptr<const Order> order;
  };

  std::shared_ptr<const Order> order_of(std::uint64_t epoch) const;

  SamplerOptions options_;
  std::size_t batches_per_epoch_ = 0;
  mutable std::mutex mutex_;
  mutable std::array<KeptOrder, 2> kept_;  // Loading ahead straddles at most two epochs at a time.
};

}  // namespace harness
