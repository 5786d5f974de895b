#include "harness/train/operator_census.h"

#include <ATen/record_function.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <torch/types.h>

#include "harness/precision/dtype_name.h"

namespace harness {
namespace {

std::mutex g_mutex;
OperatorCounts* g_counts = nullptr;

/// The kind of an operator by its name; "" for one that is not counted.
std::string_view kind_of(std::string_view name) {
  static const std::map<std::string_view, std::string_view> kinds = {
      {"aten::convolution", "convolution"},
      {"aten::convolution_backward", "convolution_backward"},
      {"aten::batch_norm", "batch_norm"},
      {"aten::native_batch_norm_backward", "batch_norm_backward"},
      {"aten::cudnn_batch_norm_backward", "batch_norm_backward"},
      {"aten::upsample_bilinear2d", "resize"},
      {"aten::upsample_bilinear2d_backward", "resize_backward"},
      {"aten::nll_loss2d_forward", "loss"},
      {"aten::nll_loss_forward", "loss"}};
  const auto found = kinds.find(name);
  return found == kinds.end() ? std::string_view() : found->second;
}

std::unique_ptr<at::ObserverContext> count(const at::RecordFunction& call) {
  const std::string_view kind = kind_of(call.name());
  if (kind.empty()) return nullptr;
  for (const auto& input : call.inputs()) {
    if (!input.isTensor() || !input.toTensor().defined()) continue;
    const std::string type = dtype_name(input.toTensor().scalar_type());
    const std::lock_guard lock(g_mutex);
    if (g_counts != nullptr) ++(*g_counts)[std::string(kind)][type];
    return nullptr;
  }
  return nullptr;
}

}  // namespace

struct OperatorCensus::State {
  OperatorCounts counts;
  at::CallbackHandle handle = 0;
};

OperatorCensus::OperatorCensus() : state_(std::make_shared<State>()) {
  const std::lock_guard lock(g_mutex);
  g_counts = &state_->counts;
  state_->handle = at::addGlobalCallback(
      at::RecordFunctionCallback(count).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
}

OperatorCensus::~OperatorCensus() {
  at::removeCallback(state_->handle);
  const std::lock_guard lock(g_mutex);
  if (g_counts == &state_->counts) g_counts = nullptr;
}

OperatorCounts OperatorCensus::counts() const {
  const std::lock_guard lock(g_mutex);
  return state_->counts;
}

}  // namespace harness
