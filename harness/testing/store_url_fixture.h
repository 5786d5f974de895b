#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/fetch/store.h"
#include "harness/testing/loopback_server.h"

namespace harness {

inline const std::string kBody = "hello";
inline const std::string kDigest = sha256_hex(kBody);
inline const std::string kName = "fcn-" + kDigest.substr(0, 8) + ".pth";

/// The store against a real server on the loopback.
class UrlStore : public testing::Test {
 protected:
  UrlStore() {
    options_.cache = folder_.path() / "ein Ördner" / "files";
    options_.lock = folder_.path() / "zoo.lock.json";
    options_.wait = [this](std::chrono::milliseconds) { ++waits_; };
  }

  /// A server that has `body` under every path.
  void serve(const std::string& body, const std::string& type = "application/octet-stream") {
    server_.on("/.*", [body, type](const httplib::Request&, httplib::Response& response) {
      response.set_header("ETag", "\"v1\"");
      response.set_content(body, type.c_str());
    });
    server_.start();
  }

  StoredFile get(const std::string& path) const { return obtain(server_.url(path), options_); }

  Error failure_of(const std::string& location) const {
    try {
      obtain(location, options_);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "expected an Error";
    return {ErrorCode::kUsage, "", ""};
  }
  Error failure(const std::string& path) const { return failure_of(server_.url(path)); }

  void pin(const std::string& name, const std::string& digest,
           const std::vector<std::string>& urls = {}) const {
    add_to_lock_file(options_.lock, name,
                     {digest, 5, urls, Trust::kLocked, "2026-11-24T05:30:50Z"});
  }

  /// Names of all whole files in the cache.
  std::vector<std::string> cached() const {
    std::vector<std::string> names;
    if (!std::filesystem::exists(options_.cache)) return names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.cache)) {
      const bool helper = entry.path().string().find("/urls/") != std::string::npos;
      if (entry.is_regular_file() && !helper) names.push_back(entry.path().filename());
    }
    return names;
  }

  TemporaryFolder folder_;
  LoopbackServer server_;
  StoreOptions options_;
  int waits_ = 0;
};

}  // namespace harness
