#include "harness/memory/allocation_log.h"

#include <atomic>
#include <mutex>
#include <utility>

#include <ATen/record_function.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include "harness/memory/operator_kind.h"

namespace harness {
namespace {

/// The operator that this thread runs.
struct CurrentCall {
  std::string_view kind;   ///< Of the outermost operator or node that has one.
  std::uint64_t call = 0;  ///< Number of the outermost operator; 0: none runs.
};

thread_local CurrentCall t_current;
std::atomic<std::uint64_t> g_calls{0};

struct EnclosingCall final : at::ObserverContext {
  CurrentCall current;
};

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
  auto enclosing = std::make_unique<EnclosingCall>();
  enclosing->current = t_current;
  const bool is_operator = function.scope() == at::RecordScope::FUNCTION;
  // A node of the graph of gradients is no operator: it may call several.
  if (is_operator && t_current.call == 0) t_current.call = ++g_calls;
  if (t_current.kind.empty()) t_current.kind = operator_kind(function.name());
  return enclosing;
}

void leave(const at::RecordFunction& /*function*/, at::ObserverContext* context) {
  t_current = static_cast<EnclosingCall*>(context)->current;
}

std::uintptr_t address_of(const torch::Tensor& tensor) {
  return reinterpret_cast<std::uintptr_t>(tensor.storage().data());
}

}  // namespace

/// Receives the allocators' reports.
class AllocationLog::Reporter final : public c10::MemoryReportingInfoBase {
 public:
  explicit Reporter(torch::Device device) : device_(device) {}

  void reportMemoryUsage(void* pointer, std::int64_t bytes, std::size_t /*total_allocated*/,
                         std::size_t /*total_reserved*/, c10::Device device) override {
    if (device.type() != device_.type() || pointer == nullptr || bytes == 0) return;
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    const std::lock_guard lock(mutex_);
    if (is_recording_) {
      const auto kind = t_current.kind.empty() ? std::string_view("other") : t_current.kind;
      step_.events.push_back({address, bytes, phase_, kind, t_current.call});
    } else if (bytes > 0) {
      step_.standing[address] = {bytes, &StandingMemory::other};
    } else {
      step_.standing.erase(address);
    }
  }

  void reportOutOfMemory(std::int64_t /*bytes*/, std::size_t /*total_allocated*/,
                         std::size_t /*total_reserved*/, c10::Device /*device*/) override {}

  bool memoryProfilingEnabled() const override { return true; }

  StandingAllocation* find(const torch::Tensor& tensor) {
    if (!tensor.defined()) return nullptr;
    const auto found = step_.standing.find(address_of(tensor));
    return found == step_.standing.end() ? nullptr : &found->second;
  }

  void begin() {
    const std::lock_guard lock(mutex_);
    step_.events.clear();
    phase_ = StepPhase::kForward;
    is_recording_ = true;
  }

  void set_phase(StepPhase phase) {
    const std::lock_guard lock(mutex_);
    phase_ = phase;
  }

  StepAllocations end() {
    const std::lock_guard lock(mutex_);
    is_recording_ = false;
    StepAllocations recorded = step_;
    for (const auto& event : step_.events) {
      step_.standing.erase(event.address);
      if (event.bytes > 0) step_.standing[event.address] = {event.bytes, &StandingMemory::other};
    }
    step_.events.clear();
    return recorded;
  }

 private:
  const torch::Device device_;
  std::mutex mutex_;
  bool is_recording_ = false;
  StepPhase phase_ = StepPhase::kForward;
  StepAllocations step_;
};

/// Keeps t_current up to date on every thread while it exists.
class AllocationLog::Operators {
 public:
  Operators()
      : handle_(at::addGlobalCallback(
            at::RecordFunctionCallback(enter, leave)
                .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}))) {}
  ~Operators() { at::removeCallback(handle_); }
  Operators(const Operators&) = delete;
  Operators& operator=(const Operators&) = delete;

 private:
  at::CallbackHandle handle_;
};

struct AllocationLog::Guard {
  explicit Guard(std::shared_ptr<Reporter> reporter)
      : guard(c10::DebugInfoKind::PROFILER_STATE, std::move(reporter)) {}
  c10::DebugInfoGuard guard;
};

AllocationLog::AllocationLog(torch::Device device)
    : reporter_(std::make_shared<Reporter>(device)),
      operators_(std::make_unique<Operators>()),
      guard_(std::make_unique<Guard>(reporter_)) {}

AllocationLog::~AllocationLog() = default;

void AllocationLog::name(const torch::Tensor& tensor, std::int64_t StandingMemory::*part) {
  StandingAllocation* found = reporter_->find(tensor);
  if (found != nullptr && found->part == &StandingMemory::other) found->part = part;
}

bool AllocationLog::is_named(const torch::Tensor& tensor,
                             std::int64_t StandingMemory::*part) const {
  const StandingAllocation* found = reporter_->find(tensor);
  return found != nullptr && found->part == part;
}

void AllocationLog::begin_step() {
  reporter_->begin();
}

void AllocationLog::set_phase(StepPhase phase) {
  reporter_->set_phase(phase);
}

StepAllocations AllocationLog::end_step() {
  return reporter_->end();
}

}  // namespace harness
