#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cli/program.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

struct DocumentedCommand {
  std::string place;               ///< "README.md:12".
  std::vector<std::string> words;  ///< "halfproof", "run", ...
};

/// The words of a line up to its comment. The documents quote with '...' and "..." alone.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool has_word = false;
  for (const char c : line) {
    if (quote == 0 && c == '#' && !has_word) break;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      has_word = true;
    } else if (c == quote && quote != 0) {
      quote = 0;
    } else if (quote == 0 && c == ' ') {
      if (has_word) words.push_back(std::exchange(word, ""));
      has_word = false;
    } else {
      word += c;
      has_word = true;
    }
  }
  if (has_word) words.push_back(word);
  return words;
}

/// Every line of a shell block that calls the program.
void add_commands_of(const fs::path& document, std::vector<DocumentedCommand>& commands) {
  std::ifstream file(document);
  bool in_block = false;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    for (std::string next; line.ends_with('\\') && std::getline(file, next); ++number) {
      line.replace(line.size() - 1, 1, next);
    }
    if (line.starts_with("```")) in_block = line == "```sh";
    auto words = words_of(line);
    if (!in_block || words.empty() || fs::path(words[0]).filename() != "halfproof") continue;
    // What follows is the shell's: a pipe, a redirection, another command.
    const auto end = std::ranges::find_if(words, [](const std::string& word) {
      return word == "|" || word == "||" || word == "&&" || word == ";" || word.starts_with(">");
    });
    words.erase(end, words.end());
    commands.push_back({document.string() + ":" + std::to_string(number), std::move(words)});
  }
}

std::vector<DocumentedCommand> documented_commands() {
  std::vector<DocumentedCommand> commands;
  add_commands_of("README.md", commands);
  for (const auto& entry : fs::recursive_directory_iterator("docs")) {
    if (entry.path().extension() == ".md") add_commands_of(entry.path(), commands);
  }
  return commands;
}

/// What the command line answers, without anything being run; "" where it takes the words.
std::string answer_to(const std::vector<std::string>& words) {
  CLI::App program;
  int exit_code = 0;
  set_up(program, exit_code);
  // Called after all words were understood, and before the command is.
  program.parse_complete_callback([] { throw CLI::Success(); });
  try {
    program.parse(std::vector<std::string>(words.rbegin(), words.rend() - 1));
  } catch (const CLI::Success&) {
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
  return "the words were not looked at";
}

TEST(DocumentedCommands, AreTakenByTheCommandLine) {
  const auto commands = documented_commands();
  EXPECT_GT(commands.size(), 25u);
  for (const auto& command : commands) {
    EXPECT_EQ(answer_to(command.words), "")
        << command.place << ": " << testing::PrintToString(command.words);
  }
}

TEST(DocumentedCommands, WhatTheCommandLineDoesNotKnowIsFound) {
  EXPECT_EQ(answer_to({"halfproof", "run", "suites/minizoo.json", "--row", "fcn"}), "");
  EXPECT_NE(answer_to({"halfproof", "run", "suites/minizoo.json", "--rows", "fcn"}), "");
  EXPECT_NE(answer_to({"halfproof", "run", "--stage", "evaluated", "suites/minizoo.json"}), "");
  EXPECT_NE(answer_to({"halfproof", "verify"}), "");
  EXPECT_NE(answer_to({"halfproof", "prove"}), "");
  EXPECT_EQ(words_of("a 'b c' # d"), (std::vector<std::string>{"a", "b c"}));
}

}  // namespace
}  // namespace harness
