#include "harness/report/inspect_text.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/report/inspect_layout.h"
#include "harness/report/text_table.h"

namespace harness {
namespace {

constexpr std::size_t kCurveRows = 24;
constexpr std::size_t kSparks = 60;
constexpr std::size_t kSentenceAt = 20;  ///< Columns before a value, and some to spare.
constexpr int kDigits = 3;               ///< Significant digits of a value.

std::string group_summary(std::string_view label, const Json& group) {
  std::vector<std::string> items = {counted(group["tensors"], "tensor", "tensors"),
                                    counted(group["elements"], "element", "elements"),
                                    byte_text(group["bytes"].get<double>())};
  for (const auto& [dtype, count] : group["dtypes"].items()) {
    items.push_back(fmt::format("{} {}", count_text(count.get<long long>()), dtype));
  }
  return wrapped(label, items);
}

std::string values_summary(const Json& statistics) {
  return fmt::format("{}, largest |x| {}, smallest {}",
                     counted(statistics["non_finite"], "non-finite", "non-finite"),
                     short_text(statistics["max_abs"].get<double>(), kDigits),
                     short_text(statistics["min_abs"].get<double>(), kDigits));
}

std::string half_summary(const Json& statistics) {
  return fmt::format("{} would change, {} subnormal, {} above 65504",
                     counted(statistics["not_half_exact"], "value", "values"),
                     count_text(statistics["half_subnormals"].get<long long>()),
                     count_text(statistics["above_half_max"].get<long long>()));
}

std::string note_of(const Json& row) {
  std::vector<std::string> notes;
  if (row["non_finite"] != 0) {
    notes.push_back(counted(row["non_finite"], "non-finite", "non-finite"));
  }
  if (row.contains("shares")) {
    notes.push_back("shares " + row["shares"].get<std::string>());
  } else if (row["view"] == true) {
    notes.emplace_back("view");
  }
  return fmt::format("{}", fmt::join(notes, ", "));
}

std::string range_of(const Json& row) {
  if (row["elements"] == row["non_finite"]) return "";
  const auto dtype = row["dtype"].get<std::string>();
  const bool whole = dtype.find("float") == std::string::npos;
  const auto show = [whole](double value) {
    return whole && value < 1e15 ? count_text(static_cast<long long>(value))
                                 : short_text(value, kDigits);
  };
  const std::string low = show(row["min_abs"].get<double>());
  const std::string high = show(row["max_abs"].get<double>());
  return low == high ? low : fmt::format("{} … {}", low, high);
}

std::string tensor_table(const Json& tensors, std::string_view group, std::string_view title) {
  TextTable table({{"name", Align::kLeft, Cut::kFront},
                   {"dtype"},
                   {"shape"},
                   {"elements", Align::kRight},
                   {"|x| from … to"},
                   {""}});
  std::size_t used = 0;
  for (const Json& row : tensors) {
    if (row["in"] != group) continue;
    const auto shape = row["shape"].get<std::vector<std::int64_t>>();
    table.add({row["name"].get<std::string>(), row["dtype"].get<std::string>(),
               shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x")),
               count_text(row["elements"].get<long long>()), range_of(row), note_of(row)});
    ++used;
  }
  return used == 0 ? "" : fmt::format("\n{}\n{}", title, table.text(kColumns));
}

/// What Python would run on loading the file; shown first of all that follows from it.
std::string code_summary(Json code) {
  constexpr std::size_t kShown = 20;
  // What is sure to run comes first, and is shown whatever else there is.
  std::stable_partition(code.begin(), code.end(),
                        [](const Json& one) { return one["runs"] == true; });
  std::vector<std::string> items;
  for (const Json& one : code) {
    if (items.size() == kShown) {
      items.push_back(fmt::format("and {} more", code.size() - kShown));
      break;
    }
    const auto name = one["name"].get<std::string>();
    const auto use = one["use"].get<std::string>();
    items.push_back(use == "calls"
                        ? fmt::format("calls {}({})", name, one["arguments"].get<std::string>())
                        : fmt::format("{} {}", use, name));
  }
  return wrapped("unknown code", items);
}

std::string checkpoint_text(const Json& found) {
  const bool legacy = found["format"] == "legacy";
  std::string text = shorten(found["file"].get<std::string>(), kColumns, Cut::kMiddle) + "\n";
  text += labelled("format", found["format"].get<std::string>() +
                                 (legacy ? " (as PyTorch before 1.6 writes), "
                                         : " (as PyTorch since 1.6 writes), ") +
                                 byte_text(found["size"].get<double>()));
  const auto place = found["state_dict_in"].get<std::string>();
  if (!place.empty() && place != "state_dict") text += labelled("weights in", place);
  text += group_summary("state dict", found["state_dict"]);
  if (found["other_tensors"]["tensors"] != 0) {
    text += group_summary("other tensors", found["other_tensors"]);
  }
  if (found["state_dict"]["tensors"] != 0) {
    text += labelled("values", values_summary(found["state_dict"]["statistics"]));
    text += labelled("in FP16", half_summary(found["state_dict"]["statistics"]));
  }
  std::vector<std::string> classes;
  for (const auto& [name, count] : found["unknown_classes"].items()) {
    classes.push_back(name + (count == 1 ? "" : fmt::format(" x{}", count.get<int>())));
  }
  text += wrapped("not made", classes);
  text += code_summary(found["unknown_code"]);
  std::vector<std::string> unread;
  for (const auto& [name, form] : found["not_read"].items()) {
    unread.push_back(fmt::format("{}: {}", name, form.get<std::string>()));
  }
  text += wrapped("not read", unread);
  const Json& top = found["top_level"];
  if (!found["state_dict_values"].empty()) {
    text += section("state dict, no tensors", found["state_dict_values"]);
  }
  if (top.is_object() && top.contains("meta")) text += section("meta", top["meta"]);
  text += tensor_table(found["tensors"], "state_dict", "state dict");
  return text + tensor_table(found["tensors"], "other_tensors", "other tensors");
}

std::vector<double> series(const Json& curve, const std::string& key) {
  std::vector<double> values;
  for (const Json& point : curve) {
    const auto value = point.find(key);
    if (value != point.end() && value->is_number()) values.push_back(value->get<double>());
  }
  return values;
}

std::string spark_line(const Json& curve, const std::string& key, const std::string& label,
                       bool percent) {
  const std::vector<double> values = series(curve, key);
  if (values.size() < 2) return "";
  std::vector<double> shown;
  const std::size_t count = std::min(values.size(), kSparks);
  for (std::size_t i = 0; i < count; ++i) {
    shown.push_back(values[i * (values.size() - 1) / (count - 1)]);
  }
  const auto show = [percent](double value) {
    return percent ? fixed_text(value, 2) : short_text(value, kDigits);
  };
  return labelled(label, fmt::format("{}  {} → {}{}", sparkline(shown), show(values.front()),
                                     show(values.back()), percent ? " %" : ""));
}

/// Every point with a validation, and the last one; without validations, kCurveRows evenly spaced
/// points.
std::vector<const Json*> chosen_points(const Json& curve) {
  std::vector<const Json*> points;
  for (const Json& point : curve) points.push_back(&point);
  if (points.size() <= kCurveRows) return points;
  const bool validated = std::any_of(points.begin(), points.end(),
                                     [](const Json* point) { return point->contains("miou"); });
  std::vector<const Json*> chosen;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool sampled = i * kCurveRows / points.size() != (i + 1) * kCurveRows / points.size();
    if (i + 1 == points.size() || (validated ? points[i]->contains("miou") : sampled)) {
      chosen.push_back(points[i]);
    }
  }
  return chosen;
}

std::string curve_table(const Json& curve) {
  std::vector<std::string> keys;
  for (const Json& point : curve) {
    for (const auto& [key, value] : point.items()) {
      if (key == "iteration" || key == "miou") continue;
      if (keys.size() < 6 && std::find(keys.begin(), keys.end(), key) == keys.end()) {
        keys.push_back(key);
      }
    }
  }
  std::vector<TextTable::Column> columns = {{"iteration", Align::kRight}};
  for (const auto& key : keys) columns.push_back({key, Align::kRight});
  columns.push_back({"mIoU %", Align::kRight});
  TextTable table(columns);
  for (const Json* point : chosen_points(curve)) {
    std::vector<std::string> cells = {count_text((*point)["iteration"].get<long long>())};
    for (const auto& key : keys) cells.push_back(point->contains(key) ? (*point)[key].dump() : "");
    const auto miou = point->find("miou");
    const bool measured = miou != point->end() && miou->is_number();
    cells.push_back(measured ? fixed_text(miou->get<double>(), 2) : "");
    table.add(std::move(cells));
  }
  return table.text(kColumns);
}

/// A fraction as a percentage with two digits.
std::string percentage(const Json& fraction) {
  return fixed_text(100 * fraction.get<double>(), 2);
}

std::string per_class(const Json& line, std::string_view prefix, std::string_view label) {
  std::vector<std::string> items;
  for (const auto& [key, value] : line.items()) {
    if (key.rfind(prefix, 0) != 0) continue;
    items.push_back(fmt::format("{} {}", key.substr(prefix.size()),
                                value.is_number() ? percentage(value) : "-"));
  }
  return wrapped(label, items);
}

std::string last_validation(const Json& line, bool has_known_scale) {
  if (!line.is_object()) return "";
  std::vector<std::string> items;
  for (const char* key : {"mIoU", "mAcc", "aAcc"}) {
    if (!line.contains(key) || !line[key].is_number()) continue;
    items.push_back(has_known_scale ? fmt::format("{} {} %", key, percentage(line[key]))
                                    : fmt::format("{} {}", key, line[key].dump()));
  }
  if (!has_known_scale) {
    return fmt::format("\nlast validation (fractions or percentages)\n{}", wrapped("mean", items));
  }
  return fmt::format("\nlast validation\n{}{}{}", wrapped("mean", items),
                     per_class(line, "IoU.", "IoU %"), per_class(line, "Acc.", "accuracy %"));
}

/// A sentence over as many lines as its words need.
std::string sentence(std::string_view label, std::string_view words) {
  std::string text;
  while (!words.empty()) {
    std::size_t end = std::min(words.size(), kColumns - kSentenceAt);
    // A word that is longer than a line is shortened by labelled().
    if (end < words.size()) end = std::min(words.rfind(' ', end), words.size());
    if (end == 0) end = words.size();
    text += labelled(text.empty() ? label : "", words.substr(0, end));
    words.remove_prefix(std::min(words.size(), end + 1));
  }
  return text;
}

std::string training_log_text(const Json& found) {
  std::string text = shorten(found["file"].get<std::string>(), kColumns, Cut::kMiddle) + "\n";
  text += labelled("lines", counted(found["train_lines"], "training, ", "training, ") +
                                counted(found["validation_lines"], "validation", "validation"));
  // A log of one validation line does not give its iteration.
  if (found["first_iteration"].is_number()) {
    text += labelled("iterations",
                     fmt::format("{} to {}", count_text(found["first_iteration"].get<long long>()),
                                 count_text(found["last_iteration"].get<long long>())));
  }
  for (const Json& remark : found["remarks"]) {
    const auto line = remark["line"].get<long long>();
    const auto words = remark["text"].get<std::string>();
    text +=
        sentence("remark", line > 0 ? fmt::format("line {}: {}", count_text(line), words) : words);
  }
  text += spark_line(found["curve"], "loss", "loss", /*percent=*/false);
  text += spark_line(found["curve"], "miou", "mIoU", /*percent=*/true);
  if (!found["environment"].empty()) text += section("run", found["environment"]);
  text += "\ncurve\n" + curve_table(found["curve"]);
  return text + last_validation(found["last_validation"], found["scale"] != "unknown");
}

}  // namespace

std::string inspect_text(const Json& inspection) {
  return inspection["kind"] == "training_log" ? training_log_text(inspection)
                                              : checkpoint_text(inspection);
}

}  // namespace harness
