#include "harness/train/training_log_writer.h"

#include <cmath>

#include "harness/base/error.h"

namespace harness {
namespace {

double rounded(double value, int digits) {
  const double unit = std::pow(10.0, digits);
  return std::isfinite(value) ? std::nearbyint(value * unit) / unit : value;
}

/// Python's json writes NaN and Infinity, and readers of these logs expect that.
std::string python_dump(const Json& line) {
  std::string text = "{";
  for (const auto& [key, value] : line.items()) {
    if (text.size() > 1) text += ", ";
    text += Json(key).dump() + ": ";
    if (value.is_number_float() && !std::isfinite(value.get<double>())) {
      const double number = value.get<double>();
      text += std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    } else {
      text += value.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
  }
  return text + "}\n";
}

}  // namespace

void LogAverages::add(const Values& values) {
  for (const auto& [name, value] : values) {
    auto sum = sums_.begin();
    while (sum != sums_.end() && sum->first != name) ++sum;
    if (sum == sums_.end()) {
      sums_.emplace_back(name, value);
    } else {
      sum->second += value;
    }
  }
  ++count_;
}

LogAverages::Values LogAverages::means() const {
  Values means = sums_;
  for (auto& [name, value] : means) value /= static_cast<double>(count_);
  return means;
}

void LogAverages::clear() noexcept {
  sums_.clear();
  count_ = 0;
}

Json LogAverages::state() const {
  Json sums = Json::array();
  for (const auto& [name, value] : sums_) sums.push_back(Json::array({name, value}));
  return {{"count", count_}, {"sums", sums}};
}

void LogAverages::restore(const Json& state) {
  try {
    clear();
    count_ = state.at("count").get<std::int64_t>();
    for (const auto& entry : state.at("sums")) {
      // JSON text cannot hold NaN, so null stands for it.
      const double value = entry.at(1).is_null() ? std::nan("") : entry.at(1).get<double>();
      sums_.emplace_back(entry.at(0).get<std::string>(), value);
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorCode::kInvalidFile, "log averages", error.what());
  }
}

void TrainingLogWriter::begin(const Json& meta) {
  write(meta);
}

void TrainingLogWriter::train(const Position& position, std::optional<std::int64_t> memory_mib,
                              const LogAverages::Values& means) {
  Json line = {{"mode", "train"},
               {"epoch", position.epoch},
               {"iter", position.iteration},
               {"lr", rounded(position.lr, 5)}};
  if (memory_mib) line["memory"] = *memory_mib;
  for (const auto& [name, value] : means) line[name] = rounded(value, 5);
  write(line);
}

void TrainingLogWriter::validation(const Position& position, std::int64_t images,
                                   const LogAverages::Values& values) {
  Json line = {{"mode", "val"},
               {"epoch", position.epoch},
               {"iter", images},
               {"lr", rounded(position.lr, 5)}};
  for (const auto& [name, value] : values) line[name] = rounded(value, 4);
  write(line);
}

void TrainingLogWriter::write(const Json& line) {
  file_.write(python_dump(line));
}

}  // namespace harness
