# Gets published files: transport, cache, lock file (store.h).
add_library(harness_fetch STATIC
  cache.cpp
  curl_transport.cpp
  download.cpp
  expectation.cpp
  file_lock.cpp
  growing_file_hash.cpp
  leftovers.cpp
  lock_file.cpp
  part_file.cpp
  response_head.cpp
  store.cpp
  transfer_failure.cpp
  url.cpp
  web_page.cpp)
add_library(halfproof::fetch ALIAS harness_fetch)
target_link_libraries(harness_fetch
  PUBLIC halfproof::base
  PRIVATE CURL::libcurl Threads::Threads project_flags)
set_target_properties(harness_fetch PROPERTIES POSITION_INDEPENDENT_CODE ON)

if(BUILD_TESTING)
  add_unit_tests(fetch LIBRARY halfproof::fetch
    LINK PkgConfig::cpp_httplib OpenSSL::SSL OpenSSL::Crypto Threads::Threads ZLIB::ZLIB
    SOURCES
      cache_test.cpp
      curl_proxy_test.cpp
      curl_tls_test.cpp
      curl_transport_test.cpp
      download_test.cpp
      expectation_test.cpp
      file_lock_test.cpp
      growing_file_hash_test.cpp
      leftovers_test.cpp
      lock_file_test.cpp
      part_file_test.cpp
      response_head_test.cpp
      store_disk_test.cpp
      store_fault_test.cpp
      store_kill_test.cpp
      store_limits_test.cpp
      store_network_test.cpp
      store_nginx_test.cpp
      store_test.cpp
      store_url_test.cpp
      transfer_failure_test.cpp
      url_test.cpp
      web_page_test.cpp)
endif()

if(TARGET benchmark::benchmark)
  add_executable(store_bench store_bench.cpp)
  target_link_libraries(store_bench PRIVATE
    halfproof::fetch project_flags benchmark::benchmark Threads::Threads)
  set_target_properties(store_bench PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  add_test(NAME bench.store COMMAND store_bench)
  set_tests_properties(bench.store PROPERTIES LABELS bench RUN_SERIAL ON SKIP_RETURN_CODE 77)
endif()
