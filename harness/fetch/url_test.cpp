#include "harness/fetch/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::Not;

std::string message_of(std::string_view text) {
  try {
    parse_url(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
    return error.what();
  }
  ADD_FAILURE() << text << " was taken";
  return "";
}

TEST(Url, ShowsNoSecrets) {
  const Url url = parse_url("https://ann:hunter2@host:8443/zoo/a.pth?token=abc#frag");
  EXPECT_EQ(url.shown, "https://host:8443/zoo/a.pth");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.name, "a.pth");
  EXPECT_THAT(url.full, HasSubstr("ann:hunter2@"));
  EXPECT_THAT(url.full, HasSubstr("token=abc"));
}

TEST(Url, DecodesTheNameAndEncodesWhatIsSent) {
  EXPECT_EQ(parse_url("http://host/a%20b%2D1.pth").name, "a b-1.pth");
  const Url url = parse_url("http://host/größe 1.pth");
  EXPECT_EQ(url.name, "größe 1.pth");
  EXPECT_EQ(url.full, "http://host/gr%c3%b6%c3%9fe%201.pth");
}

TEST(Url, TakesFileUrls) {
  const Url url = parse_url("file:///my%20zoo/a.pth");
  EXPECT_EQ(url.path, "/my zoo/a.pth");
  EXPECT_EQ(url.scheme, "file");
  EXPECT_EQ(url.name, "a.pth");
}

TEST(Url, RefusesOtherSchemes) {
  EXPECT_THAT(message_of("ftp://host/a.pth"), HasSubstr("got the scheme \"ftp\""));
  EXPECT_THAT(message_of("s3://bucket/a.pth"), HasSubstr("http, https or file"));
}

TEST(Url, RefusesWhatHasNoUsableName) {
  for (const char* text :
       {"https://host", "https://host/", "https://host/zoo/", "https://host/%2e%2e",
        "https://host/a%2fb", "https://host/a%00b", "https://host/a%0ab"}) {
    message_of(text);
  }
  message_of("https://host/" + std::string(201, 'a'));
}

TEST(Url, AnUnreadableUrlShowsNoSecretsEither) {
  const std::string message = message_of("https://ann:hunter2@host:99999999/a.pth");
  EXPECT_THAT(message, Not(HasSubstr("hunter2")));
}

TEST(NameOfLocation, HoldsNoSecret) {
  EXPECT_EQ(name_of_location("https://ann:hunter2@host/z/a.pth?token=a/b#c"), "a.pth");
  EXPECT_EQ(name_of_location("../zoo/a.pth"), "a.pth");
  EXPECT_EQ(name_of_location("https://ann:hunter2@host/?token=abc"), "https://host/");
  EXPECT_EQ(name_of_location("https://ann:hunter2@host:99999/a.pth"), "https://...");
}

TEST(ShownLocation, HoldsNoSecret) {
  EXPECT_EQ(shown_location("https://ann:hunter2@host/a.pth?token=abc#c"), "https://host/a.pth");
  EXPECT_EQ(shown_location("../zoo/a.pth"), "../zoo/a.pth");
  EXPECT_EQ(shown_location("ftp://ann:hunter2@host/a.pth"), "ftp://host/a.pth");
  EXPECT_EQ(shown_location("https://ann:hunter2@ho st/a"), "https://...");
}

TEST(Url, ASchemeInCapitalsIsTheSame) {
  // What decides whether a redirect to http is followed looks at how the URL begins.
  EXPECT_EQ(parse_url("HTTPS://host/a.pth").full, "https://host/a.pth");
}

}  // namespace
}  // namespace harness
