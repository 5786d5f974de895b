#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace harness {

/// How a pickle would have Python use a name that is not on the list of what is harmless.
enum class CodeUse : std::uint8_t {
  kNamed,   ///< Look it up, which imports its module.
  kMade,    ///< Make an object of a class without calling it, and set the object's state.
  kCalled,  ///< Call it.
};
/// "names", "makes an object of", "calls".
std::string_view to_string(CodeUse use) noexcept;

/// Code that is not known and that Python would run on loading a file.
struct UnknownCode {
  std::string name;       ///< "os.system".
  std::string arguments;  ///< Kinds, "a string, an integer"; "" unless it is called.
  CodeUse use = CodeUse::kNamed;
  /// Whether the file can count on it: it is called, or it comes with Python. A class of a library
  /// that is only made or named is somebody's own, as in a model that was saved whole.
  bool runs = false;
};

/// "os.system(a string)", "calls" being understood; "makes an object of a.B"; "names a.B".
std::string describe(const UnknownCode& code);

/// All of them, one after the other, cut after about 1000 letters with a count of the rest.
std::string listing_of(const std::vector<UnknownCode>& code);

/// What was found in one file, each thing once, in the order of the file; a name that is called or
/// made is not listed as named besides.
class UnknownCodeList {
 public:
  /// Beyond this many of each kind, what runs and what does not, the rest is not kept, as a file
  /// can hold millions.
  static constexpr std::size_t kMax = 1000;

  void add(UnknownCode code);
  void add_all(const UnknownCodeList& others);
  const std::vector<UnknownCode>& found() const noexcept { return found_; }
  bool runs() const noexcept { return runs_; }

 private:
  std::vector<UnknownCode> found_;
  std::unordered_set<std::string> seen_;
  std::size_t running_ = 0;  ///< Of those in found_.
  bool runs_ = false;
};

/// Throws Error(kUnsafePickle) that lists all of it where any of it runs. more: what else is to be
/// said, as why the rest could not be read.
void refuse_what_runs(const UnknownCodeList& code, std::string_view subject,
                      std::string_view more = "");

}  // namespace harness
