#pragma once

#include <string>

#include "harness/report/html/page_data.h"
#include "harness/report/html/report_input.h"

namespace harness {

/// What the page shows. Throws as add_history() does.
PageData page_data(const ReportInput& input);

/// The page: one HTML document that needs nothing else. Style, scripts and the chart library are
/// those of page_assets.h; the data are a block of JSON (script_json()), which the script puts into
/// the page as text. A Content-Security-Policy allows no network, and no script and style but
/// these, by their digests.
std::string render_page(const PageData& page);

}  // namespace harness
