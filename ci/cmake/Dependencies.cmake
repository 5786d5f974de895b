# Every library from outside, in one place.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLite3 3.37 REQUIRED)
find_package(SQLiteCpp 3.2 REQUIRED)
# Linked by its plain name: the definition that fmt::fmt brings matters on Windows only, and would
# stand in the command line of every source.
find_package(fmt 9 REQUIRED)
pkg_check_modules(cmark_gfm REQUIRED IMPORTED_TARGET libcmark-gfm)
# Not every libcmark-gfm.pc names the library that holds the table extension.
find_library(CMARK_GFM_EXTENSIONS_LIBRARY cmark-gfm-extensions
  HINTS ${cmark_gfm_LIBRARY_DIRS} REQUIRED)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
endif()
find_package(PNG 1.6 REQUIRED)
# imgcodecs loads a hundred libraries, and is for the tests alone: what PNG files are compared with.
find_package(OpenCV REQUIRED COMPONENTS core imgproc)
if(BUILD_TESTING)
  find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs)
endif()
if(HALFPROOF_TORCH)
  include(FindLibTorch)
endif()
if(BUILD_TESTING)
  # Debian's comes as a library with a header, under a name for pkg-config only.
  pkg_check_modules(cpp_httplib REQUIRED IMPORTED_TARGET cpp-httplib)
endif()
# What draws the report page's charts; it becomes part of the program.
find_file(CHART_JS chart.min.js
  PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist
  DOC "Chart.js 3.9, minified, as one script")
if(NOT CHART_JS)
  message(FATAL_ERROR "Chart.js was not found: install Debian's package libjs-chart.js, or name "
    "chart.min.js of Chart.js 3.9 with -DCHART_JS=FILE")
endif()
if(BUILD_TESTING)
  # Without it the tests of the report page in a browser are skipped, and say so.
  find_program(CHROMIUM NAMES chromium chromium-browser google-chrome DOC "For tests of the report page")
  find_package(Python3 COMPONENTS Interpreter)
endif()
