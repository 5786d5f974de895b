#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace harness {

/// For tests: how the program ended (as wait(2) says it) and all that it wrote.
struct ProgramEnd {
  int status = 0;
  std::string output;
};

/// Runs a shell's command line with the program in it.
inline ProgramEnd end_of_command(const std::string& command) {
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  ProgramEnd end;
  char buffer[4096];
  while (pipe != nullptr && std::fgets(buffer, sizeof(buffer), pipe) != nullptr) {
    end.output += buffer;
  }
  end.status = pipe == nullptr ? -1 : ::pclose(pipe);
  return end;
}

}  // namespace harness
