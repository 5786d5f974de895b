// Pickles that mean harm in every combination: what is named, how it is named, and what is done
// with it. fixtures/hostile holds whole files, one of each kind.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/artifact/checkpoint.h"
#include "harness/artifact/pickle_json.h"
#include "harness/artifact/pickle_text_for_tests.h"
#include "harness/artifact/unpickler.h"
#include "harness/artifact/zip_reader.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

using pickle_text::global;
using pickle_text::integer;
using pickle_text::join;
using pickle_text::pickled;
using pickle_text::text;
using pickle_text::tuple;
using testing::HasSubstr;
using namespace std::string_literals;

/// What reading says: the error, or one of the code kUsage when nothing was refused.
Error outcome(const std::string& pickle) {
  // Exactly as long as the pickle, so that a sanitizer sees what is read behind it.
  const auto view = std::as_bytes(std::span(pickle));
  const std::vector<std::byte> bytes(view.begin(), view.end());
  try {
    const Unpickled unpickled = unpickle(bytes, "x.pth");
    PickleToJson(unpickled.tree, "x.pth").convert(unpickled.tree.root, "");
  } catch (const Error& error) {
    return error;
  }
  return {ErrorCode::kUsage, "", "nothing was refused"};
}

struct Named {
  std::string module;
  std::string name;
};

const Named kHarmful[] = {
    {"os", "system"},
    {"posix", "system"},
    {"nt", "system"},
    {"os.path", "join"},
    {"subprocess", "Popen"},
    {"_posixsubprocess", "fork_exec"},
    {"commands", "getoutput"},
    {"builtins", "eval"},
    {"builtins", "exec"},
    {"builtins", "compile"},
    {"builtins", "open"},
    {"builtins", "getattr"},
    {"builtins", "__import__"},
    {"builtins", "type"},
    {"__builtin__", "execfile"},
    {"__builtin__", "apply"},
    {"__builtin__", "file"},
    {"sys", "modules"},
    {"importlib", "import_module"},
    {"imp", "load_source"},
    {"pkgutil", "resolve_name"},
    {"runpy", "run_path"},
    {"zipimport", "zipimporter"},
    {"operator", "attrgetter"},
    {"functools", "partial"},
    {"types", "FunctionType"},
    {"types", "CodeType"},
    {"pickle", "loads"},
    {"_pickle", "Unpickler"},
    {"cPickle", "loads"},
    {"dill", "loads"},
    {"marshal", "loads"},
    {"ctypes", "CDLL"},
    {"code", "interact"},
    {"codecs", "open"},
    {"io", "open"},
    {"io", "FileIO"},
    {"shutil", "rmtree"},
    {"socket", "create_connection"},
    {"urllib.request", "urlopen"},
    {"http.client", "HTTPConnection"},
    {"webbrowser", "open"},
    {"pty", "spawn"},
    {"platform", "popen"},
    {"asyncio", "run"},
    {"multiprocessing", "Process"},
    {"threading", "Thread"},
    {"_thread", "start_new_thread"},
    {"signal", "signal"},
    {"atexit", "register"},
    {"tempfile", "mktemp"},
    {"glob", "glob"},
    {"timeit", "timeit"},
    {"cProfile", "run"},
    {"profile", "run"},
    {"pdb", "run"},
    {"bdb", "Bdb"},
    {"trace", "Trace"},
    {"site", "main"},
    {"gc", "get_objects"},
    {"mmap", "mmap"},
    {"socketserver", "TCPServer"},
    {"weakref", "finalize"},
    {"logging.config", "listen"},
    {"sqlite3", "connect"},
    {"torch", "load"},
    {"torch.hub", "load"},
    {"torch.jit", "load"},
    {"torch.serialization", "load"},
    {"torch.storage", "_load_from_bytes"},
    {"torch.utils.cpp_extension", "load"},
    {"torch.utils.collect_env", "run"},
    {"numpy", "load"},
    {"numpy.f2py", "compile"},
    {"numpy.testing._private.utils", "runstring"},
    {"collections", "OrderedDict.__init__.__globals__"},
};

/// The ways to have a name on the stack.
std::vector<std::string> ways_to(const Named& named) {
  const auto& [module, name] = named;
  const auto brief = [](const std::string& value) {
    return join("\x8c", std::string(1, static_cast<char>(value.size())), value);
  };
  const auto python2 = [](const std::string& value) {
    return join("U", std::string(1, static_cast<char>(value.size())), value);
  };
  return {
      global(module, name),
      join(text(module), text(name), "\x93"),
      join(brief(module), brief(name), "\x93"),
      join(python2(module), python2(name), "\x93"),
      join("V", module, "\nV", name, "\n\x93"),
      join("S'", module, "'\nS'", name, "'\n\x93"),
      // Through the memo, by numbers and by MEMOIZE; over another name; by DUP, POP and POP_MARK.
      join(text(module), "q\0000"s, text(name), "q\0010"s, "h\0h\1\x93"s),
      join(text(module), "\x94"s, "0", text(name), "\x94"s, "0h\0h\1\x93"s),
      join(text("collections"), "q\0000"s, text(module), "q\0000"s, "h\0"s, text(name), "\x93"),
      join(text(module), "2(1", "0", text(module), "(N1", text(name), "\x93"),
  };
}

/// What can be done with the name that `way` leaves on the stack.
std::vector<std::string> uses_of(const std::string& way) {
  const std::string harmless = global("a", "B") + ")R";
  const std::string storage = text("storage");
  return {
      way,
      way + "0N",
      way + ")R",
      join(way, tuple(text("touch halfproof_was_here")), "R"),
      way + ")\x81",
      way + ")}\x92",
      way + "}b",
      way + ")R}b",
      join(harmless, way, "b"),
      join(harmless, way, "a"),
      join(harmless, way, "N", "s"),
      join("]", way, "a"),
      join("}", way, "Ns"),
      join("\x8f(", way, "\x90"),
      join(way, "\x85"),
      join(tuple(storage, way, text("0"), text("cpu"), integer(4)), "Q"),
      join(way, "Q"),
      join(global("copyreg", "_reconstructor"), tuple(way, global("builtins", "object"), "N"), "R"),
      join(global("torch._tensor", "_rebuild_from_type_v2"), tuple(way, way, ")", "N"), "R"),
      join(global("collections", "defaultdict"), tuple(way), "R"),
      join(global("collections", "OrderedDict"), ")R", way, "b"),
  };
}

TEST(HostilePickles, NoWayLeadsToANameThatIsCode) {
  std::size_t tried = 0;
  for (const Named& named : kHarmful) {
    for (const std::string& way : ways_to(named)) {
      for (const std::string& body : uses_of(way)) {
        const Error error = outcome(pickled(body));
        ++tried;
        ASSERT_EQ(error.code(), ErrorCode::kUnsafePickle)
            << named.module << "." << named.name << ": " << testing::PrintToString(body);
        ASSERT_THAT(error.detail(), HasSubstr(named.module + "." + named.name));
      }
    }
  }
  EXPECT_GT(tried, 10'000U);
}

TEST(HostilePickles, NoCodeOfTheExtensionRegistryIsLookedUp) {
  for (int code = 0; code < 256; ++code) {
    const std::string byte(1, static_cast<char>(code));
    EXPECT_THAT(outcome(pickled("\x82" + byte)).detail(), HasSubstr("(EXT1)"));
    EXPECT_THAT(outcome(pickled("\x83" + byte + byte)).detail(), HasSubstr("(EXT2)"));
    EXPECT_THAT(outcome(pickled("\x84" + byte + byte + byte + byte)).detail(), HasSubstr("(EXT4)"));
  }
}

TEST(HostilePickles, WhateverHoldsItselfIsRefused) {
  const std::string object = global("a", "B") + ")R";
  const std::string ordered = global("collections", "OrderedDict") + ")R";
  const std::string bodies[] = {
      "]q\0h\0a"s,                                // A list.
      "]q\0(h\0h\0e"s,                            //
      "}q\0Nh\0s"s,                               // A dict.
      "\x8fq\0(h\0\x90"s,                         // A set.
      "]q\0h\0\x85"s + "q\1a"s,                   // A tuple in its list.
      "]q\0(h\0\x91"s + "a"s,                     // A frozenset in its list.
      ordered + "q\0Nh\0s"s,                      //
      object + "q\0h\0b"s,                        // As its own state, element and entry.
      object + "q\0h\0a"s,                        //
      object + "q\0Nh\0s"s,                       //
      "]q\0"s + global("a", "B") + "h\0\x85Ra"s,  // As an argument of what it holds.
      "]q\0]q\1]q\2h\0a0h\2a0h\1a0h\0h\1a"s,      // Through three lists.
      "]q\0h\0\x85\x85\x85"s + "a"s,              //
      "]q\0"s + global("builtins", "list") + "h\0\x85Ra"s + "0h\0h\0a"s,
  };
  for (const std::string& body : bodies) {
    const Error error = outcome(pickled(body));
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile) << testing::PrintToString(body);
    EXPECT_THAT(error.detail(), HasSubstr("holds itself")) << testing::PrintToString(body);
  }
}

/// A key that is a container is named and not looked into.
TEST(HostilePickles, ADictThatIsItsOwnKeyIsNotFollowed) {
  EXPECT_EQ(outcome(pickled("}q\0h\0Ns"s)).code(), ErrorCode::kUsage);
}

/// A value of each kind.
const std::string kValues[] = {"N",
                               "\x88",
                               integer(4),
                               integer(-1),
                               "G\x40\x10\0\0\0\0\0\0"s,
                               text("x"),
                               "C\1x",
                               ")",
                               "]",
                               "}",
                               "\x8f",
                               global("torch", "FloatStorage"),
                               global("a", "B"),
                               global("a", "B") + ")R",
                               pickle_text::storage("FloatStorage", "1", 4)};

/// Every part of a persistent id replaced by every kind of value.
TEST(HostilePickles, PersistentIdsOfWrongShapesAreRefused) {
  std::vector<std::string> parts = {
      text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), integer(4), "N"};
  // The location is passed over; a key is any text, a view None.
  const auto may_be = [](std::size_t part, const std::string& value) {
    return part == 3 || (part == 1 && value == global("torch", "FloatStorage")) ||
           (part == 2 && value == text("x")) || (part == 4 && value == integer(4)) ||
           (part == 5 && value == "N");
  };
  int refused = 0;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (const std::string& value : kValues) {
      auto changed = parts;
      changed[part] = value;
      std::string body = "(";
      for (const std::string& one : changed) body += one;
      const bool taken = outcome(pickled(body + "tQ")).code() == ErrorCode::kUsage;
      EXPECT_EQ(taken, may_be(part, value)) << part << ": " << testing::PrintToString(value);
      if (!taken) ++refused;
    }
  }
  EXPECT_EQ(refused, 6 * 15 - 15 - 4);
  for (const std::string& value : kValues) {
    EXPECT_NE(outcome(pickled(value + "Q")).code(), ErrorCode::kUsage);
  }
}

/// A LONG1 of nine bytes: what 64 bits cannot hold.
std::string power_of_two(int exponent) {
  std::string bytes(10, '\0');
  bytes[static_cast<std::size_t>(exponent / 8)] = static_cast<char>(1 << (exponent % 8));
  return join("\x8a", std::string(1, '\x0a'), bytes);
}

std::string tensor_of(const std::string& offset, const std::string& sizes,
                      const std::string& strides) {
  return join(
      global("torch._utils", "_rebuild_tensor_v2"),
      tuple(pickle_text::storage("FloatStorage", "0", 4), offset, sizes, strides, "\x89"s, "N"s),
      "R");
}

/// A legacy stream of one storage of four elements.
std::string legacy(const std::string& body) {
  return pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + pickled("M\xe9\x03") +
         pickled("}" + text("little_endian") + "\x88s") + pickled(body) +
         pickled("]" + text("0") + "a") + "\4\0\0\0\0\0\0\0"s + std::string(16, '\1');
}

/// All combinations of numbers that tempt arithmetic to overflow, in two dimensions.
TEST(HostilePickles, NumbersOfTensorsNeverLeadOutsideTheirStorage) {
  const std::string numbers[] = {
      integer(0),       integer(1),       integer(2),       integer(4),       integer(-1),
      power_of_two(31), power_of_two(32), power_of_two(62), power_of_two(63), power_of_two(64)};
  std::size_t taken = 0;
  std::size_t tried = 0;
  for (const auto& offset : numbers) {
    for (const auto& rows : numbers) {
      for (const auto& stride : numbers) {
        const std::string bytes =
            legacy(tensor_of(offset, tuple(rows, integer(2)), tuple(stride, integer(1))));
        const auto view = std::as_bytes(std::span(bytes));
        const std::vector<std::byte> file(view.begin(), view.end());
        ++tried;
        try {
          const Checkpoint checkpoint = Checkpoint::read(file, "x.pth");
          for (const TensorView& tensor : checkpoint.other_tensors()) tensor_digest(tensor);
          ++taken;
        } catch (const Error& error) {
          ASSERT_EQ(error.code(), ErrorCode::kInvalidFile);
        }
      }
    }
  }
  EXPECT_EQ(tried, 1000U);
  // Those that fit: no rows at offsets 0 to 4, and up to two rows within four elements.
  EXPECT_GT(taken, 10U);
  EXPECT_LT(taken, 100U);
}

class PickleOfAProtocol : public testing::TestWithParam<const char*> {
 protected:
  static std::string read_pickle() {
    const std::string bytes = read_file(std::string("fixtures/checkpoints/") + GetParam() + ".pth");
    const ZipReader zip(std::as_bytes(std::span(bytes)), "x.pth");
    for (const ZipEntry& entry : zip.entries()) {
      if (entry.name.ends_with("/data.pkl")) return zip.read_small(entry, 1 << 20);
    }
    return "";
  }
  std::string pickle_ = read_pickle();
};

TEST_P(PickleOfAProtocol, IsRefusedWhereverItIsCut) {
  EXPECT_EQ(outcome(pickle_).code(), ErrorCode::kUsage) << "it is sound";
  for (std::size_t size = 0; size < pickle_.size(); ++size) {
    const Error error = outcome(pickle_.substr(0, size));
    ASSERT_EQ(error.code(), ErrorCode::kInvalidFile) << size;
    ASSERT_THAT(error.detail(), HasSubstr("expected")) << size;
  }
}

constexpr std::string_view kOther("\0(0QRb\x80\xff", 8);

/// In a zip file the checksum would see it first.
TEST_P(PickleOfAProtocol, IsReadOrRefusedWhateverByteIsAnother) {
  std::size_t refused = 0;
  std::size_t tried = 0;
  for (std::size_t at = 0; at < pickle_.size(); ++at) {
    for (const std::size_t step : {at, at + 3}) {
      std::string changed = pickle_;
      changed[at] = kOther[step % kOther.size()];
      const Error error = outcome(changed);
      ++tried;
      if (error.code() == ErrorCode::kUsage) continue;
      ++refused;
      ASSERT_TRUE(error.code() == ErrorCode::kInvalidFile ||
                  error.code() == ErrorCode::kUnsafePickle)
          << at;
    }
  }
  EXPECT_GT(refused, tried / 4);
}

INSTANTIATE_TEST_SUITE_P(TwoToFive, PickleOfAProtocol,
                         testing::Values("variety_zip_protocol2", "variety_zip_protocol3",
                                         "variety_zip_protocol4", "variety_zip_protocol5"));

}  // namespace
}  // namespace harness
