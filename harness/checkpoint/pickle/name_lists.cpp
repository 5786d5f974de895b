#include "harness/checkpoint/pickle/name_lists.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <unordered_set>
#include <vector>

#include "harness/checkpoint/pickle/openmmlab_names.h"
#include "harness/checkpoint/pickle/python_names.h"
#include "harness/checkpoint/pickle/torch_names.h"

namespace harness {
namespace {

/// The words of all lists, to be looked up at once: a hostile file names millions.
class NameTable {
 public:
  NameTable(std::initializer_list<std::span<const PackageNames>> lists) {
    for (const auto& list : lists) {
      for (const PackageNames& one : list) packages_.push_back({one.package, words_of(one.names)});
    }
  }

  /// In the package or any module of it.
  bool has(std::string_view module, std::string_view name) const {
    return std::ranges::any_of(packages_, [&](const Package& package) {
      return is_within(module, package.name) && package.words.contains(name);
    });
  }

  bool has_in_module(std::string_view module, std::string_view name) const {
    return std::ranges::any_of(packages_, [&](const Package& package) {
      return module == package.name && package.words.contains(name);
    });
  }

 private:
  struct Package {
    std::string_view name;
    std::unordered_set<std::string_view> words;
  };

  static std::unordered_set<std::string_view> words_of(std::string_view text) {
    constexpr std::string_view kBetween = " \n";
    std::unordered_set<std::string_view> words;
    for (std::size_t at = text.find_first_not_of(kBetween); at != std::string_view::npos;) {
      const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
      words.insert(text.substr(at, end - at));
      at = text.find_first_not_of(kBetween, end);
    }
    return words;
  }

  std::vector<Package> packages_;
};

/// torch.ao's quantised layers, which unpack their weights as they are given a state, stand under
/// the names of torch.nn's in modules of torch.nn.
bool is_quantized(std::string_view module) {
  constexpr std::string_view kPackages[] = {"torch.nn.quantized", "torch.nn.quantizable",
                                            "torch.nn.qat", "torch.nn.intrinsic", "torch.nn.cpp"};
  return std::ranges::any_of(kPackages,
                             [module](auto package) { return is_within(module, package); });
}

}  // namespace

bool is_within(std::string_view module, std::string_view package) noexcept {
  return module.starts_with(package) &&
         (module.size() == package.size() || module[package.size()] == '.');
}

bool is_listed_class(std::string_view module, std::string_view name) {
  static const NameTable kTable = {torch_classes(), openmmlab_classes()};
  return kTable.has(module, name) && !is_quantized(module);
}

bool is_listed_callable(std::string_view module, std::string_view name) {
  static const NameTable kPackages = {torch_callables(), openmmlab_callables()};
  static const NameTable kModules = {python_callables()};
  return kModules.has_in_module(module, name) ||
         (kPackages.has(module, name) && !is_quantized(module));
}

bool is_listed_enum(std::string_view module, std::string_view name) {
  static const NameTable kTable = {enum_classes()};
  return kTable.has_in_module(module, name);
}

}  // namespace harness
