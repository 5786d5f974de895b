#pragma once

#include <map>
#include <string>
#include <string_view>

#include "harness/deepbench/result_sheet.h"

namespace harness {

/// Decimals of a printed number: 0.0122 has 4, 12 has 0, 1.5e-7 has 8.
int decimals_of(double printed);

/// Of each column of a table the most decimals that one of its numbers has: the digits that it is
/// printed in.
class ColumnDigits {
 public:
  explicit ColumnDigits(const SheetTable& table);

  /// Half a unit of the column's last digit (0.5 and 0.122 ms: 0.0005 ms); 0 for one without
  /// numbers.
  double half_unit(std::string_view column) const;

 private:
  std::map<std::string, int, std::less<>> decimals_;
};

/// Half a unit of the digit `significant` digits behind the first: 2.60851 with 6 is 5e-6.
double half_unit(double printed, int significant);

}  // namespace harness
