#include "harness/base/system/shared_library.h"

#include <dlfcn.h>

namespace harness {

SharedLibrary::SharedLibrary(const char* name)
    : handle_(::dlopen(name, RTLD_NOW | RTLD_LOCAL), ::dlclose) {}

void* SharedLibrary::address_of(const char* name) const {
  return handle_ == nullptr ? nullptr : ::dlsym(handle_.get(), name);
}

}  // namespace harness
