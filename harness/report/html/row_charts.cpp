#include "harness/report/html/row_charts.h"

namespace harness {

std::vector<PageChart> row_charts(const RowRecords& records) {
  std::vector<PageChart> charts;
  add_training_charts(records, charts);
  add_lockstep_charts(records, charts);
  add_evaluation_charts(records, charts);
  add_memory_charts(records, charts);
  add_speed_charts(records, charts);
  return charts;
}

}  // namespace harness
