#pragma once

#include <map>
#include <string>
#include <vector>

#include "isolation/sandbox/control.hpp"
#include "isolation/types/units.hpp"

namespace hermetric {

/// The cells as aligned lines under a heading, one a job, safe for a terminal. Where `cpu_percent` is given, a column
/// tells it by the cell's id; "-" for what is not known.
std::vector<std::string> cell_table(const std::vector<RunningCell>& cells,
                                    const std::map<std::string, double>* cpu_percent = nullptr);

/// The same for programs: an array of objects, null for what is not known.
std::string cells_json(const std::vector<RunningCell>& cells);

/// How much of one CPU each cell used between two looks that lie `between` apart.
std::map<std::string, double> cpu_percent_of(const std::vector<RunningCell>& before,
                                             const std::vector<RunningCell>& now, Duration between);

}  // namespace hermetric
