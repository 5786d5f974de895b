// Pickles that mean harm in every combination: what is named, how it is named, and what is done
// with it. fixtures/hostile holds whole files, one of each kind.

#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/checkpoint/pickle/standard_library.h"
#include "harness/checkpoint/pickle/unknown_code.h"
#include "harness/testing/pickle_text.h"
#include "harness/testing/reading_outcome.h"

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
    {"sys", "modules"},
    {"importlib", "import_module"},
    {"imp", "load_source"},
    {"pkgutil", "resolve_name"},
    {"runpy", "run_path"},
    {"zipimport", "zipimporter"},
    {"operator", "attrgetter"},
    {"functools", "reduce"},
    {"_interpreters", "run_string"},
    {"uuid", "_get_command_stdout"},
    {"logging", "FileHandler"},
    {"cgitb", "Hook"},
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
    {"torch.hub", "load"},
    {"torch.jit", "load"},
    {"torch.serialization", "load"},
    {"torch.utils.cpp_extension", "load"},
    {"torch.utils.collect_env", "run"},
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

/// Whether the name is reported, by a list or by an error; and whether the file is refused for it.
struct Outcome {
  bool names = false;
  bool runs = false;
  bool is_refused = false;  ///< As no pickle of a checkpoint, whatever it names.
};

Outcome outcome_of(const std::string& pickle, const std::string& name) {
  try {
    const Unpickled read = unpickle(std::as_bytes(std::span(pickle)), "x.pth");
    const std::string listed = listing_of(read.tree.code.found());
    return {listed.find(name) != std::string::npos, read.tree.code.runs(), false};
  } catch (const Error& error) {
    return {error.detail().find(name) != std::string::npos,
            error.code() == ErrorCode::kUnsafePickle, error.code() == ErrorCode::kInvalidFile};
  }
}

TEST(HostilePickles, NoWayLeadsToANameThatIsNotReported) {
  std::size_t tried = 0;
  for (const Named& named : kHarmful) {
    const std::string name = named.module + "." + named.name;
    for (const std::string& way : ways_to(named)) {
      for (const std::string& body : uses_of(way)) {
        const Outcome found = outcome_of(pickled(body), name);
        ++tried;
        const bool is_own = !is_standard_library(named.module);
        ASSERT_TRUE(found.names || (is_own && found.is_refused))
            << name << ": " << testing::PrintToString(body);
        ASSERT_TRUE(found.runs || is_own) << name << ": " << testing::PrintToString(body);
      }
    }
  }
  EXPECT_GT(tried, 10'000U);
}

/// By whichever opcode, a call is one that runs, also of a class that nobody knows.
TEST(HostilePickles, EveryCallOfWhatIsUnknownRuns) {
  for (const Named& named : {Named{"models.yolo", "Model"}, Named{"torch", "load"},
                             Named{"builtins", "eval"}, Named{"torch.nn", "Linear"}}) {
    const std::string name = named.module + "." + named.name;
    const std::string way = global(named.module, named.name);
    const std::string argument = text("x");
    for (const std::string& body :
         {join(way, tuple(argument), "R"), join("(", way, argument, "o"),
          join("(", argument, "i", named.module, "\n", named.name, "\n"),
          join(global("torch._tensor", "_rebuild_from_type_v2"),
               tuple(way, global("torch", "Tensor"), tuple(argument), "N"), "R"),
          join(global("functools", "partial"), tuple(way), "R", tuple(argument), "R")}) {
      const Outcome found = outcome_of(pickled(body), "");
      EXPECT_TRUE(found.runs) << name << ": " << testing::PrintToString(body);
    }
  }
}

TEST(HostilePickles, TheExtensionRegistryIsUnknownCode) {
  for (int code = 1; code < 128; ++code) {
    const std::string byte(1, static_cast<char>(code));
    for (const std::string& opcode :
         {"\x82" + byte, "\x83" + byte + "\0"s, "\x84" + byte + "\0\0\0"s}) {
      const Outcome found = outcome_of(pickled(opcode), "extension_" + std::to_string(code));
      EXPECT_TRUE(found.names && found.runs) << code;
    }
  }
}

/// Configs that name their parents, modules that know their owners.
TEST(HostilePickles, WhateverHoldsItselfIsRead) {
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
    EXPECT_EQ(outcome(pickled(body)).code(), ErrorCode::kUsage) << testing::PrintToString(body);
  }
}

/// A key that is a container is named and not looked into.
TEST(HostilePickles, ADictThatIsItsOwnKeyIsNotFollowed) {
  EXPECT_EQ(outcome(pickled("}q\0h\0Ns"s)).code(), ErrorCode::kUsage);
}

}  // namespace
}  // namespace harness
