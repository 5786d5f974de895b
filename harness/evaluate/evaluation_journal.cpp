#include "harness/evaluate/evaluation_journal.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/record/exact_json.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSchema = "halfproof.journal/2";
/// Scenes that a power failure may cost.
constexpr std::int64_t kFlushEvery = 16;
constexpr std::size_t kShaDigits = 64;

std::string head_of(const JournalIdentity& identity) {
  return exact_dump({{"schema", kSchema},
                     {"keys", identity.keys},
                     {"forwards", identity.forwards},
                     {"classes", identity.classes},
                     {"scenes", identity.scenes}}) +
         "\n";
}

Json to_json(const SceneTally::OfForward& one) {
  return {{"confusion", one.confusion.counts()},
          {"prediction", one.prediction_sha256},
          {"logits", one.logits_elements},
          {"non_finite", one.logits_non_finite},
          {"changed", one.changed_pixels},
          {"squared_distance", one.squared_distance},
          {"seconds", one.seconds}};
}

std::string line_of(const SceneTally& scene) {
  Json forwards = Json::array();
  for (const auto& one : scene.forwards) forwards.push_back(to_json(one));
  return exact_dump({{"forwards", std::move(forwards)},
                     {"yardstick_elements", scene.yardstick_elements},
                     {"yardstick_squares", scene.yardstick_squares},
                     {"threads", scene.threads}});
}

/// The sha256 that a line ends with: of the one before it (or of the head) and of what it says.
std::string link_of(const std::string& before, std::string_view content) {
  return sha256_hex(before + std::string(content));
}

std::int64_t count(const Json& value, const char* key) {
  const Json& number = value.at(key);
  if (!number.is_number_integer() || number.get<std::int64_t>() < 0) {
    throw std::invalid_argument(fmt::format("{}: expected a count", key));
  }
  return number.get<std::int64_t>();
}

SceneTally::OfForward forward_from(const Json& value, std::int64_t classes) {
  SceneTally::OfForward one;
  one.confusion =
      ConfusionMatrix::of_counts(classes, value.at("confusion").get<std::vector<std::int64_t>>());
  one.prediction_sha256 = value.at("prediction").get<std::string>();
  if (one.prediction_sha256.size() != kShaDigits) throw std::invalid_argument("prediction");
  one.logits_elements = count(value, "logits");
  one.logits_non_finite = count(value, "non_finite");
  one.changed_pixels = count(value, "changed");
  one.squared_distance = value.at("squared_distance").get<double>();
  one.seconds = value.at("seconds").get<double>();
  return one;
}

SceneTally scene_from(std::string_view line, const JournalIdentity& identity) {
  const Json value = parse_exact(line, "journal");
  SceneTally scene;
  for (const Json& one : value.at("forwards")) {
    scene.forwards.push_back(forward_from(one, identity.classes));
  }
  if (scene.forwards.size() != identity.forwards.size()) throw std::invalid_argument("forwards");
  scene.yardstick_elements = count(value, "yardstick_elements");
  scene.yardstick_squares = value.at("yardstick_squares").get<double>();
  scene.threads = count(value, "threads");
  return scene;
}

/// What a line says in front of its sha256, which becomes the end of the chain.
std::string_view content_of(std::string_view line, std::string& chain) {
  if (line.size() <= kShaDigits) throw std::invalid_argument("line");
  const auto content = line.substr(0, line.size() - kShaDigits - 1);
  std::string link = link_of(chain, content);
  if (line.substr(content.size()) != " " + link) throw std::invalid_argument("sha256");
  chain = std::move(link);
  return content;
}

/// What a journal holds that can be gone on with.
struct Held {
  std::vector<SceneTally> scenes;
  std::size_t bytes;  ///< Of the head and of the scenes' lines.
  std::string chain;
};

Held held_by(std::string_view text, const std::string& head, const JournalIdentity& identity) {
  Held held{{}, head.size(), sha256_hex(head)};
  while (static_cast<std::int64_t>(held.scenes.size()) < identity.scenes) {
    const std::size_t end = text.find('\n', held.bytes);
    if (end == std::string_view::npos) break;
    try {
      std::string chain = held.chain;
      const auto line = text.substr(held.bytes, end - held.bytes);
      SceneTally scene = scene_from(content_of(line, chain), identity);
      if (!held.scenes.empty() && scene.threads != held.scenes.front().threads) break;
      held.scenes.push_back(std::move(scene));
      held.chain = std::move(chain);
    } catch (const std::exception&) {  // A power failure leaves anything.
      break;
    }
    held.bytes = end + 1;
  }
  return held;
}

}  // namespace

EvaluationJournal::EvaluationJournal(fs::path path, const JournalIdentity& identity)
    : path_(std::move(path)) {
  const std::string head = head_of(identity);
  const std::string text = fs::exists(path_) ? read_file(path_) : "";
  if (!text.starts_with(head)) {
    file_.emplace(path_, 0);
    file_->write(head);
    chain_ = sha256_hex(head);
    return;
  }
  Held held = held_by(text, head, identity);
  done_ = std::move(held.scenes);
  chain_ = std::move(held.chain);
  file_.emplace(path_, held.bytes);
}

void EvaluationJournal::add(const SceneTally& scene) {
  const std::string content = line_of(scene);
  chain_ = link_of(chain_, content);
  file_->write(fmt::format("{} {}\n", content, chain_));
  if (++unflushed_ < kFlushEvery) return;
  file_->sync();
  unflushed_ = 0;
}

void EvaluationJournal::remove() {
  file_.reset();
  fs::remove(path_);
}

}  // namespace harness
