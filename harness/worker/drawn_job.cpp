#include "harness/worker/drawn_job.h"

namespace harness {

DrawnJob drawn_job_from_json(const Json& value) {
  ObjectReader reader(value, "worker job", "");
  DrawnJob job;
  read_row_job(reader, job);
  job.results = wanted_results(reader.required("results"));
  reader.finish();
  return job;
}

}  // namespace harness
