#pragma once

#include <memory>

namespace harness {

/// A library that this machine may or may not have, opened at run time and closed with the object.
class SharedLibrary {
 public:
  /// name: as for dlopen(), "libcuda.so.1".
  explicit SharedLibrary(const char* name);

  bool is_open() const noexcept { return handle_ != nullptr; }

  /// The function of that name, or a null pointer where the library or the function is missing.
  template <typename Function>
  Function* find(const char* name) const {
    return reinterpret_cast<Function*>(address_of(name));
  }

 private:
  void* address_of(const char* name) const;

  std::unique_ptr<void, int (*)(void*)> handle_;
};

}  // namespace harness
