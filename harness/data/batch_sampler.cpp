#include "harness/data/batch_sampler.h"

#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/data/random_stream.h"

namespace harness {
namespace {

[[noreturn]] void fail(const std::string& detail) {
  throw Error(ErrorCode::kUsage, "training data", detail);
}

// Images of one rank, those that come twice included.
std::size_t share_of(const SamplerOptions& options) {
  return (options.items + options.world_size - 1) / options.world_size;
}

void check(const SamplerOptions& options) {
  constexpr std::size_t kMostItems = std::numeric_limits<std::uint32_t>::max();
  if (options.items == 0 || options.items > kMostItems) {
    fail(fmt::format("expected 1 to {} images, got {}", kMostItems, options.items));
  }
  if (options.rank >= options.world_size) {
    fail(fmt::format("expected a rank below the number of processes, {}, got {}",
                     options.world_size, options.rank));
  }
  if (options.batch == 0) fail("expected at least one image in a batch, got 0");
  if (share_of(options) < options.batch) {
    fail(
        fmt::format("expected images for at least one batch of {}, got {} for each of {} "
                    "processes; take a smaller batch",
                    options.batch, share_of(options), options.world_size));
  }
}

}  // namespace

BatchSampler::BatchSampler(const SamplerOptions& options) : options_(options) {
  check(options);
  batches_per_epoch_ = share_of(options) / options.batch;
}

std::vector<std::size_t> BatchSampler::batch(std::uint64_t number) const {
  const auto position = position_of(number);
  const auto order = order_of(position.epoch);
  std::vector<std::size_t> items(options_.batch);
  auto taken = static_cast<std::size_t>(position.index) * options_.batch;
  for (auto& item : items) {
    item = (*order)[(options_.rank + options_.world_size * taken++) % options_.items];
  }
  return items;
}

SamplerPosition BatchSampler::position_of(std::uint64_t number) const noexcept {
  return {number / batches_per_epoch_, number % batches_per_epoch_};
}

std::uint64_t BatchSampler::number_of(const SamplerPosition& position) const {
  if (position.index >= batches_per_epoch_) {
    fail(
        fmt::format("expected to resume at one of the {} batches of an epoch, got batch {}; did "
                    "the images, the batch or the number of processes change?",
                    batches_per_epoch_, position.index));
  }
  return position.epoch * batches_per_epoch_ + position.index;
}

std::shared_ptr<const BatchSampler::Order> BatchSampler::order_of(std::uint64_t epoch) const {
  const std::lock_guard lock(mutex_);
  auto& kept = kept_[epoch % kept_.size()];
  if (kept.order == nullptr || kept.epoch != epoch) {
    Order order(options_.items);
    std::iota(order.begin(), order.end(), 0U);
    RandomStream stream({.seed = options_.seed,
                         .epoch = static_cast<std::uint32_t>(epoch),
                         .item = 0,
                         .use = StreamUse::kOrder});
    for (std::size_t last = order.size() - 1; last > 0; --last) {
      const auto other = stream.integer(0, static_cast<std::int64_t>(last) + 1);
      std::swap(order[last], order[static_cast<std::size_t>(other)]);
    }
    kept = {epoch, std::make_shared<const Order>(std::move(order))};
  }
  return kept.order;
}

}  // namespace harness
