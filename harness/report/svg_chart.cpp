#include "harness/report/svg_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/report/xml_text.h"

namespace harness {
namespace {

constexpr double kWidth = 760.0;
constexpr double kHeight = 330.0;  // Height of one chart.
constexpr double kHeader = 44.0;   // Height of the document's header.
constexpr double kLeft = 76.0, kRight = 24.0, kBottom = 52.0;
constexpr double kTitleHeight = 30.0, kLegendRow = 20.0;
constexpr double kCharacter = 7.0;  // Mean width of a character in the legend.

// Those of Okabe and Ito's colours that are dark enough on white.
constexpr std::array<const char*, 5> kColors{"#0072b2", "#d55e00", "#009e73", "#8a4f7d", "#333333"};
constexpr std::array<const char*, 5> kDashes{"none", "7 4", "2 3", "9 3 2 3", "4 4"};

std::string number(double value) {
  return fmt::format("{:.2f}", value);
}

/// One axis: maps values to pixels.
class Scale {
 public:
  Scale(bool logarithmic, double from, double to)
      : logarithmic_(logarithmic), from_(from), to_(to) {}

  bool takes(double value) const { return std::isfinite(value) && (!logarithmic_ || value > 0.0); }
  void include(double value) {
    if (!takes(value)) return;
    low_ = std::min(low_, inner(value));
    high_ = std::max(high_, inner(value));
  }
  bool is_empty() const { return low_ > high_; }
  /// Makes room around what was included, up to whole decades on a logarithmic axis.
  void settle() {
    if (logarithmic_) {
      low_ = std::floor(low_);
      high_ = std::ceil(high_);
    }
    if (low_ == high_) {
      low_ -= 1.0;
      high_ += 1.0;
    }
  }
  double place(double value) const {
    return from_ + (inner(value) - low_) / (high_ - low_) * (to_ - from_);
  }
  struct Tick {
    double at;
    std::string label;  // SVG markup.
  };
  std::vector<Tick> ticks(int most) const {
    std::vector<Tick> ticks;
    if (!logarithmic_) {
      for (const double at : linear_ticks(low_, high_, most)) {
        ticks.push_back({at, xml_text(short_text(at))});
      }
      return ticks;
    }
    const int step = std::max(1, static_cast<int>(std::ceil((high_ - low_) / most)));
    for (int power = static_cast<int>(low_); power <= static_cast<int>(high_); power += step) {
      ticks.push_back({std::pow(10.0, power),
                       fmt::format("10<tspan dy=\"-5\" font-size=\"9\">{}</tspan>", power)});
    }
    return ticks;
  }

 private:
  double inner(double value) const { return logarithmic_ ? std::log10(value) : value; }

  bool logarithmic_;
  double from_, to_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

std::string text_at(double x, double y, std::string_view anchor, std::string_view svg,
                    std::string_view more = "") {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\"{}>{}</text>\n", number(x),
                     number(y), anchor, more, svg);
}

std::string line(double x1, double y1, double x2, double y2, std::string_view style) {
  return fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>\n", number(x1), number(y1),
                     number(x2), number(y2), style);
}

/// Draws one chart into kWidth x kHeight.
class Panel {
 public:
  explicit Panel(const Chart& chart)
      : chart_(chart),
        top_(kTitleHeight + kLegendRow * static_cast<double>(legend_rows()) + 6.0),
        x_(chart.x.logarithmic, kLeft, kWidth - kRight),
        y_(chart.y.logarithmic, kHeight - kBottom, top_) {
    for (const auto& series : chart_.series) include(series);
    for (const auto& mark : chart_.marks) (mark.vertical ? x_ : y_).include(mark.at);
    is_empty_ = x_.is_empty() || y_.is_empty();
    x_.settle();
    y_.settle();
  }

  std::string draw() const {
    std::string out = text_at(kLeft, 18.0, "start", xml_text(chart_.title),
                              " font-size=\"14\" font-weight=\"600\"");
    out += legend();
    if (is_empty_) return out + text_at(kWidth / 2, kHeight / 2, "middle", "no data");
    out += axes();
    std::size_t bars = 0;
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      const bool is_bars = chart_.series[i].kind == SeriesKind::kBars;
      out += is_bars ? draw_bars(i, bars++) : draw_line(i);
    }
    return out + marks();
  }

 private:
  static std::string_view color(std::size_t series) { return kColors[series % kColors.size()]; }
  static double entry_width(const ChartSeries& series) {
    return 46.0 + kCharacter * static_cast<double>(series.name.size());
  }

  /// Calls place(x, row) for each entry of the legend; returns the number of rows.
  template <typename Place>
  int lay_out_legend(Place place) const {
    double x = kLeft;
    int row = 0;
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      const double width = entry_width(chart_.series[i]);
      if (x > kLeft && x + width > kWidth - kRight) {
        x = kLeft;
        ++row;
      }
      place(i, x, row);
      x += width;
    }
    return row + 1;
  }
  int legend_rows() const {
    return lay_out_legend([](std::size_t, double, int) {});
  }

  void include(const ChartSeries& series) {
    const bool is_bars = series.kind == SeriesKind::kBars;
    const double half = is_bars ? bar_width(series) / 2 : 0.0;
    for (const auto& [x, y] : series.points) {
      if (!x_.takes(x) || !y_.takes(y)) continue;
      if (is_bars && y == 0.0) continue;  // Empty bars at the ends need no room.
      for (const double edge : {x - half, x + half}) x_.include(edge);
      y_.include(y);
    }
    if (!chart_.y.logarithmic && !y_.is_empty()) y_.include(0.0);
  }

  /// The smallest distance between two points.
  static double bar_width(const ChartSeries& series) {
    double width = 1.0;
    for (std::size_t i = 1; i < series.points.size(); ++i) {
      const double distance = series.points[i].first - series.points[i - 1].first;
      width = i == 1 ? distance : std::min(width, distance);
    }
    return width;
  }

  std::string legend() const {
    std::string out;
    lay_out_legend([&](std::size_t i, double x, int row) {
      const double y = kTitleHeight + kLegendRow * row + 8.0;
      const bool is_bars = chart_.series[i].kind == SeriesKind::kBars;
      out += line(x, y - 4.0, x + 24.0, y - 4.0, stroke(i, is_bars ? 9.0 : 2.2, !is_bars));
      out += text_at(x + 30.0, y, "start", xml_text(chart_.series[i].name));
    });
    return out;
  }

  std::string stroke(std::size_t series, double width, bool dashed) const {
    std::string out =
        fmt::format("stroke=\"{}\" stroke-width=\"{}\"", color(series), number(width));
    if (dashed) out += fmt::format(" stroke-dasharray=\"{}\"", kDashes[series % kDashes.size()]);
    return out;
  }

  std::string axes() const {
    const double bottom = kHeight - kBottom;
    std::string out;
    for (const auto& tick : y_.ticks(6)) {
      const double y = y_.place(tick.at);
      out += line(kLeft, y, kWidth - kRight, y, "stroke=\"#e3e3e3\"");
      out += text_at(kLeft - 8.0, y + 4.0, "end", tick.label);
    }
    for (const auto& tick : x_.ticks(10)) {
      const double x = x_.place(tick.at);
      out += line(x, bottom, x, bottom + 5.0, "stroke=\"#555\"");
      out += text_at(x, bottom + 19.0, "middle", tick.label);
    }
    out += line(kLeft, bottom, kWidth - kRight, bottom, "stroke=\"#555\"");
    out += line(kLeft, top_, kLeft, bottom, "stroke=\"#555\"");
    out +=
        text_at((kLeft + kWidth - kRight) / 2, kHeight - 14.0, "middle", xml_text(chart_.x.label));
    const double middle = (top_ + bottom) / 2;
    out += text_at(18.0, middle, "middle", xml_text(chart_.y.label),
                   fmt::format(" transform=\"rotate(-90 18 {})\"", number(middle)));
    return out;
  }

  std::string draw_bars(std::size_t index, std::size_t position) const {
    const auto& series = chart_.series[index];
    const auto all = static_cast<double>(
        std::count_if(chart_.series.begin(), chart_.series.end(),
                      [](const ChartSeries& one) { return one.kind == SeriesKind::kBars; }));
    const double width = bar_width(series);
    std::string out = fmt::format("<g fill=\"{}\">\n", color(index));
    for (const auto& [x, y] : series.points) {
      if (!x_.takes(x) || !y_.takes(y) || y == 0.0) continue;
      const double place = static_cast<double>(position);
      const double left = x_.place(x - width * (0.45 - 0.9 * place / all));
      const double right = x_.place(x - width * (0.45 - 0.9 * (place + 1.0) / all));
      const double top = y_.place(y);
      out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", number(left),
                         number(top), number(right - left), number(kHeight - kBottom - top));
    }
    return out + "</g>\n";
  }

  std::string draw_line(std::size_t index) const {
    constexpr std::size_t kMostDots = 60;
    const auto& series = chart_.series[index];
    std::string path, dots;
    bool pen_down = false;
    for (const auto& [x, y] : series.points) {
      const bool drawn = x_.takes(x) && y_.takes(y);
      if (drawn) {
        const std::string at = fmt::format("{} {}", number(x_.place(x)), number(y_.place(y)));
        path += (pen_down ? " L " : path.empty() ? "M " : " M ") + at;
        dots += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"2.6\"/>\n", number(x_.place(x)),
                            number(y_.place(y)));
      }
      pen_down = drawn;
    }
    if (path.empty()) return "";
    std::string out =
        fmt::format("<path fill=\"none\" {} d=\"{}\"/>\n", stroke(index, 2.2, true), path);
    if (series.points.size() <= kMostDots) {
      out += fmt::format("<g fill=\"{}\">\n{}</g>\n", color(index), dots);
    }
    return out;
  }

  std::string marks() const {
    constexpr std::string_view kStyle =
        "stroke=\"#b00020\" stroke-width=\"1.4\" stroke-dasharray=\"5 3\"";
    const double bottom = kHeight - kBottom;
    std::string out;
    double height = top_ + 12.0;
    for (const auto& mark : chart_.marks) {
      if (!(mark.vertical ? x_ : y_).takes(mark.at)) continue;
      const double at = mark.vertical ? x_.place(mark.at) : y_.place(mark.at);
      out += mark.vertical ? line(at, top_, at, bottom, kStyle)
                           : line(kLeft, at, kWidth - kRight, at, kStyle);
      const bool left_half = mark.vertical && at < kWidth / 2;
      const double x = mark.vertical ? at + (left_half ? 5.0 : -5.0) : kWidth - kRight - 4.0;
      out += text_at(x, mark.vertical ? height : at - 5.0, left_half ? "start" : "end",
                     xml_text(mark.label), " fill=\"#b00020\"");
      if (mark.vertical) height += 16.0;
    }
    return out;
  }

  const Chart& chart_;
  double top_;
  Scale x_, y_;
  bool is_empty_ = false;
};

/// What a screen reader says about the charts.
std::string description(const std::vector<Chart>& charts) {
  std::vector<std::string> sentences;
  for (const auto& chart : charts) {
    std::vector<std::string> names;
    for (const auto& series : chart.series) names.push_back(series.name);
    sentences.push_back(fmt::format("{}: {} over {} for {}.", chart.title, chart.y.label,
                                    chart.x.label, enumeration(names)));
  }
  return fmt::format("{}", fmt::join(sentences, " "));
}

}  // namespace

std::vector<double> linear_ticks(double low, double high, int most) {
  std::vector<double> ticks;
  const double span = high - low;
  if (!(span > 0.0) || !std::isfinite(span) || most < 1) return ticks;
  const double raw = span / most;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10.0 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  }
  const double first = std::ceil(low / step - 1e-9);
  for (int i = 0; i <= most; ++i) {
    const double at = (first + i) * step;
    if (at > high + step * 1e-9) break;
    ticks.push_back(at == 0.0 ? 0.0 : at);
  }
  return ticks;
}

std::string render_svg(std::string_view title, const std::vector<Chart>& charts) {
  const double height = kHeader + kHeight * static_cast<double>(charts.size());
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
      "aria-labelledby=\"title description\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#222\">\n"
      "<title id=\"title\">{2}</title>\n"
      "<desc id=\"description\">{3}</desc>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      number(kWidth), number(height), xml_text(title), xml_text(description(charts)));
  out += text_at(kLeft, 28.0, "start", xml_text(title), " font-size=\"16\" font-weight=\"700\"");
  for (std::size_t i = 0; i < charts.size(); ++i) {
    const double top = kHeader + kHeight * static_cast<double>(i);
    out += fmt::format("<g transform=\"translate(0 {})\">\n{}</g>\n", number(top),
                       Panel(charts[i]).draw());
  }
  return out + "</svg>\n";
}

}  // namespace harness
