#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "harness/testing/command_line.h"
#include "harness/testing/raw_server.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::Not;

constexpr char kLogLine[] = "{\"mode\": \"train\", \"epoch\": 1, \"iter\": 50, \"loss\": 1.0}\n";

/// What a command did, with what it said on standard error.
struct FetchEnd {
  int exit_code = -1;
  Json files;
  std::string output;
  std::string errors;
};

class FetchCommand : public testing::Test {
 protected:
  FetchEnd fetch(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "fetch");
    for (const std::string& part :
         {std::string("--cache"), path("cache"), std::string("--lock"), path("lock.json")}) {
      arguments.push_back(part);
    }
    testing::internal::CaptureStderr();
    FetchEnd fetched;
    try {
      const CommandEnd end = run_command_line(add_fetch_command, arguments);
      fetched = {end.exit_code, Json(), end.output, ""};
    } catch (...) {
      testing::internal::GetCapturedStderr();
      throw;
    }
    fetched.errors = testing::internal::GetCapturedStderr();
    return fetched;
  }

  FetchEnd fetch_json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    FetchEnd end = fetch(arguments);
    end.files = parse_json(end.output, "output");
    return end;
  }

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  /// A suite with one row for each of these checkpoints.
  std::string suite(const std::vector<std::string>& checkpoints) const {
    Json rows = Json::array();
    for (const std::string& url : checkpoints) {
      rows.push_back({{"id", "row" + std::to_string(rows.size())},
                      {"method", "FCN"},
                      {"claims", Json::array()},
                      {"checkpoint", {{"url", url}}}});
    }
    write_json_file(folder_.path() / "suite.json",
                    {{"schema", "halfproof.suite/1"}, {"name", "s"}, {"rows", rows}});
    return path("suite.json");
  }

  TemporaryFolder folder_;
  RawServer server_{[](int socket, const std::string& head) {
    const bool gone = head.starts_with("GET /gone/");
    const bool is_log = head.starts_with("GET /train.");
    const bool is_checkpoint = head.starts_with("GET /zoo/");
    const std::string body = is_log          ? kLogLine
                             : is_checkpoint ? read_file("fixtures/checkpoints/small_zip.pth")
                                             : "hello";
    send_text(socket, gone ? "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n"
                           : "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                                 "\r\n\r\n" + body);
  }};
};

TEST_F(FetchCommand, GetsEveryFileOfARow) {
  const auto end = run_command_line(add_fetch_command,
                                    {"fetch", "suites/minizoo.json", "--row", "fcn", "--json"});
  EXPECT_EQ(end.exit_code, 0);
  const Json files = parse_json(end.output, "output");
  ASSERT_EQ(files.size(), 2U);
  EXPECT_TRUE(files[0].at("sha256").get<std::string>().starts_with("2eb5a165"));
  EXPECT_EQ(files[0].at("trust"), "locked");
}

TEST_F(FetchCommand, GetsAUrl) {
  const FetchEnd end = fetch({server_.url("/a.model")});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.output, sha256_hex("hello") + "  a.model  5 bytes  first-use\n");
  EXPECT_EQ(end.errors, "");
}

TEST_F(FetchCommand, AUrlIsOfAFileAlsoWhereItEndsAsASuiteDoes) {
  for (const char* name : {"train.json", "train.log.json"}) {
    const FetchEnd end = fetch_json({server_.url(std::string("/") + name)});
    EXPECT_EQ(end.exit_code, 0);
    ASSERT_EQ(end.files.size(), 1U);
    EXPECT_EQ(end.files[0].at("name"), name);
  }
}

TEST_F(FetchCommand, WhatIsNoFileOfTheKindNeverEntersTheCache) {
  for (const char* name : {"model.pth", "error.log.json"}) {
    const FetchEnd end = fetch_json({server_.url(std::string("/") + name)});
    EXPECT_EQ(end.exit_code, 2);
    EXPECT_THAT(end.files.at(0).at("error"), HasSubstr("it is no "));
  }
}

/// A suite says what each of its files is, whatever the name.
TEST_F(FetchCommand, WhatARowCallsACheckpointOrALogIsOne) {
  Json row = {{"id", "r"}, {"method", "FCN"}, {"claims", Json::array()}};
  row["checkpoint"] = {{"url", server_.url("/download?id=5")}};
  row["log"] = {{"url", server_.url("/model.bin")}};
  write_json_file(folder_.path() / "suite.json",
                  {{"schema", "halfproof.suite/1"}, {"name", "s"}, {"rows", Json::array({row})}});
  const FetchEnd end = fetch_json({path("suite.json")});
  EXPECT_EQ(end.exit_code, 2);
  ASSERT_EQ(end.files.size(), 2U);
  EXPECT_THAT(end.files[0].at("error"), HasSubstr("it is no checkpoint"));
  EXPECT_THAT(end.files[1].at("error"), HasSubstr("a line of a log"));
  EXPECT_FALSE(std::filesystem::exists(path("lock.json")));
}

/// A name that says nothing, and a user who knows.
TEST_F(FetchCommand, AUserSaysWhatTheOneFileIs) {
  EXPECT_EQ(fetch({server_.url("/zoo/weights.data"), "--as", "checkpoint"}).exit_code, 0);
  EXPECT_EQ(fetch({server_.url("/train.progress"), "--as", "log"}).exit_code, 0);
  for (const char* role : {"checkpoint", "log", "table", "config"}) {
    const FetchEnd end = fetch_json({server_.url("/hello.data"), "--as", role});
    EXPECT_EQ(end.exit_code, 2) << role;
    EXPECT_THAT(end.files.at(0).at("error"), HasSubstr("these bytes were deleted")) << role;
  }
  EXPECT_EQ(fetch({server_.url("/hello.data")}).exit_code, 0);
}

TEST_F(FetchCommand, ASuiteSaysItselfWhatItsFilesAre) {
  const auto code_of = [this](const std::vector<std::string>& arguments) {
    try {
      fetch(arguments);
      return ErrorCode::kIo;
    } catch (const Error& error) {
      return error.code();
    }
  };
  EXPECT_EQ(code_of({suite({server_.url("/zoo/a.pth")}), "--as", "checkpoint"}), ErrorCode::kUsage);
  EXPECT_THROW(fetch({server_.url("/zoo/a.pth"), "--as", "model"}), CLI::ValidationError);
}

/// What was kept when nobody said what it is does not become a checkpoint by it.
TEST_F(FetchCommand, TheCacheVouchesForNoRole) {
  EXPECT_EQ(fetch({server_.url("/a.model")}).exit_code, 0);
  std::filesystem::remove(path("lock.json"));
  const FetchEnd end = fetch_json({suite({server_.url("/a.model")})});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.files.at(0).at("error"), HasSubstr("it is no checkpoint"));
  EXPECT_FALSE(std::filesystem::exists(path("lock.json")));
}

/// Local files stay where they are; only those of the right kind are pinned.
TEST_F(FetchCommand, ALocalFileOfAnotherKindIsNotPinned) {
  write_file_atomic(path("wrong.pth"), "Not Found");
  const FetchEnd end = fetch_json({suite({path("wrong.pth")})});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.files.at(0).at("warning"), HasSubstr("not written to the lock file: it is no"));
  EXPECT_FALSE(std::filesystem::exists(path("lock.json")));
}

TEST_F(FetchCommand, OneFileHasNoRows) {
  try {
    fetch({server_.url("/train.json"), "--row", "fcn"});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
  }
}

TEST_F(FetchCommand, OfflineListsAllThatIsMissingAndFromWhereItWouldCome) {
  const std::string digest = sha256_hex("hello");
  write_json_file(path("lock.json"),
                  {{"schema", "halfproof.lock/1"},
                   {"files",
                    {{"b.bin",
                      {{"sha256", digest},
                       {"size", 5},
                       {"urls", Json::array({"https://ann:hunter2@mirror.invalid/b.bin?t=1"})},
                       {"trust", "locked"},
                       {"added", "2026-11-24T05:30:50Z"}}}}}});
  const FetchEnd end = fetch_json(
      {suite({"https://zoo.invalid/a-50245227.pth", "https://zoo.invalid/b.bin?token=abc"}),
       "--offline"});
  EXPECT_EQ(end.exit_code, 2);
  ASSERT_EQ(end.files.size(), 2U);
  EXPECT_EQ(end.files[0].at("name"), "a-50245227.pth");
  EXPECT_EQ(end.files[0].at("url"), "https://zoo.invalid/a-50245227.pth");
  EXPECT_THAT(end.files[0].at("error"), HasSubstr("starts with 50245227"));
  EXPECT_EQ(end.files[1].at("url"), "https://zoo.invalid/b.bin");
  EXPECT_THAT(end.files[1].at("error"), HasSubstr("expected b.bin with sha256 " + digest));
  EXPECT_THAT(end.files[1].at("error"),
              HasSubstr("downloaded from this URL, then https://mirror.invalid/b.bin"));
  EXPECT_THAT(end.output, Not(testing::ContainsRegex("hunter2|token|t=1")));
  EXPECT_TRUE(server_.heads().empty());
}

TEST_F(FetchCommand, AFileThatCannotBeHadIsNoReasonToLeaveTheOthers) {
  const FetchEnd end = fetch({suite({server_.url("/gone/a.model"), server_.url("/zoo/b.bin")})});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.output, HasSubstr(sha256_file("fixtures/checkpoints/small_zip.pth") + "  b.bin"));
  EXPECT_THAT(end.errors,
              HasSubstr(server_.url("/gone/a.model") + ": expected the file, got: HTTP"));
}

TEST_F(FetchCommand, ALocalFileThatIsNotTheLockedOneFails) {
  const std::string target = suite({"zoo/a.model"});
  const std::string checkpoint = read_file("fixtures/checkpoints/small_zip.pth");
  write_file_atomic(path("zoo/a.model"), checkpoint);
  EXPECT_EQ(fetch({target}).exit_code, 0);
  write_file_atomic(path("zoo/a.model"), "jello");
  const FetchEnd end = fetch({target});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_EQ(end.output, "");
  EXPECT_THAT(end.errors, HasSubstr(sha256_hex(checkpoint)));
  EXPECT_THAT(end.errors, HasSubstr(sha256_hex("jello")));
}

TEST_F(FetchCommand, NoSecretIsShown) {
  for (const char* place : {"", "gone/"}) {
    std::string url = server_.url(std::string("/") + place + "a.model?token=abc#frag");
    url.insert(url.find("127"), "ann:hunter2@");
    for (const FetchEnd& end : {fetch({url}), fetch_json({url}), fetch_json({url, "--offline"})}) {
      EXPECT_THAT(end.output + end.errors, Not(testing::ContainsRegex("hunter2|ann|token|frag")));
    }
  }
  EXPECT_THAT(read_file(path("lock.json")), Not(testing::ContainsRegex("hunter2|ann|token|frag")));
  EXPECT_THAT(server_.heads().at(0), HasSubstr("GET /a.model?token=abc "));
}

TEST_F(FetchCommand, ALargerFileThanAllowedIsRefused) {
  const FetchEnd end = fetch({server_.url("/a.model"), "--max-bytes", "4"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.errors, HasSubstr("expected at most 4 bytes, the server announces 5"));
}

TEST_F(FetchCommand, MoreTimeThanAllowedIsNotTaken) {
  const RawServer silent([](int socket, const std::string&) {
    char byte = 0;
    ::recv(socket, &byte, 1, 0);
  });
  const FetchEnd end = fetch({silent.url("/a.model"), "--max-seconds", "1"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.errors, HasSubstr("the limit of 1000 ms for all tries"));
}

TEST_F(FetchCommand, ASuiteWithoutFilesIsAnError) {
  EXPECT_THROW(fetch({suite({""})}), Error);
}

}  // namespace
}  // namespace harness
