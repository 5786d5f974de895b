#include "harness/train/nondeterminism_watch.h"

namespace harness {
namespace {

/// Context::alertNotDeterministic of LibTorch 2.11 (aten/src/ATen/Context.cpp) says
/// "<operator> does not have a deterministic implementation, ...".
constexpr std::string_view kAlert = " does not have a deterministic implementation";

}  // namespace

NondeterminismWatch::NondeterminismWatch() : before_(c10::WarningUtils::get_warning_handler()) {
  c10::WarningUtils::set_warning_handler(this);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  // Tensors are all written before they are read here; filling them would cost time.
  at::globalContext().setDeterministicFillUninitializedMemory(false);
}

NondeterminismWatch::~NondeterminismWatch() {
  at::globalContext().setDeterministicAlgorithms(false, /*warn_only=*/false);
  c10::WarningUtils::set_warning_handler(before_);
}

void NondeterminismWatch::process(const c10::Warning& warning) {
  const std::string text = warning.msg();
  const auto end = text.find(kAlert);
  if (end == std::string::npos) {
    before_->process(warning);
  } else {
    operators_.insert(text.substr(0, end));
  }
}

}  // namespace harness
