#pragma once

#include <string>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// How long one piece of work took, again and again, in microseconds.
struct Jitter {
  std::string name;  ///< "cpu", "memory", "io"
  std::string what;  ///< the piece of work, for people
  std::vector<double> wall_usec, cpu_usec;
};

/// Runs pieces of each kind of work in turn, so that each sees the same disturbances, for about `seconds`: arithmetic
/// in registers; writing and reading memory that no cache holds; a file written to `directory`, synced and removed.
Result<std::vector<Jitter>> measure_jitter(double seconds, const std::string& directory);

}  // namespace hermetric
