#pragma once

#include <string_view>

namespace harness {

/// The files of harness/report/html and Chart.js (MIT licence), as they were when halfproof was
/// built (ci/cmake/EmbedText.cmake).
extern const std::string_view kPageHtml;   ///< page.html, with {{places}}.
extern const std::string_view kPageStyle;  ///< page.css.
extern const std::string_view kPageScript;
extern const std::string_view kChartScript;

}  // namespace harness
