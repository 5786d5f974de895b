#pragma once

#include <ATen/Parallel.h>

namespace harness {

/// Sets LibTorch's thread count for the calling thread and restores it at the end. Threads started
/// meanwhile inherit it.
class IntraOpThreads {
 public:
  explicit IntraOpThreads(int threads) : before_(at::get_num_threads()) {
    at::set_num_threads(threads);
  }
  ~IntraOpThreads() { at::set_num_threads(before_); }
  IntraOpThreads(const IntraOpThreads&) = delete;
  IntraOpThreads& operator=(const IntraOpThreads&) = delete;

 private:
  int before_;
};

}  // namespace harness
