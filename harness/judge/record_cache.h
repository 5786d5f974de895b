#pragma once

#include <map>
#include <memory>
#include <optional>
#include <typeindex>
#include <utility>

#include "harness/base/error.h"
#include "harness/judge/consistency.h"
#include "harness/record/fields.h"
#include "harness/record/run_result.h"

namespace harness {

/// What consistent_measurements() said of each result, for as long as one run is judged: some
/// twenty rules look at the same files, and reading their record takes longer than judging it. The
/// results must stay where and as they are.
class RecordCache {
 public:
  /// As consistent_measurements<R>(result), whose error is thrown every time.
  template <Record R>
  const R& consistent(const RunResult& result) {
    auto& known = known_[{&result, typeid(R)}];
    if (!known) known = std::make_shared<Reading<R>>(read<R>(result));
    const auto& reading = *static_cast<const Reading<R>*>(known.get());
    if (reading.error) throw *reading.error;
    return *reading.record;
  }

 private:
  template <Record R>
  struct Reading {
    std::optional<R> record;
    std::optional<Error> error;
  };

  template <Record R>
  static Reading<R> read(const RunResult& result) {
    try {
      return {consistent_measurements<R>(result), std::nullopt};
    } catch (const Error& error) {
      return {std::nullopt, error};
    }
  }

  std::map<std::pair<const RunResult*, std::type_index>, std::shared_ptr<const void>> known_;
};

}  // namespace harness
