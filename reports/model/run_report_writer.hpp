#pragma once

#include <string>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"
#include "reports/model/report.hpp"

namespace hermetric {

/// Writes a report whose jobs need not fit in memory. Jobs go to a spool file that has no name, so nothing is left of
/// it whatever happens; finish() joins it with the header, which only the end of the run knows. `path` appears complete
/// and synced, or not at all. Not thread-safe.
class RunReportWriter {
 public:
  static Result<RunReportWriter> create(std::string path);

  /// A job that could not be written is not in the report; those before and after it are.
  Status add(const JobReport& job);

  /// Makes the report of `run`, whose own `jobs` are ignored, and of the jobs added so far.
  [[nodiscard]] Status finish(const RunReport& run) const;

 private:
  RunReportWriter(std::string path, Fd spool) : path_(std::move(path)), spool_(std::move(spool)) {}

  std::string path_;
  Fd spool_;
  off_t spool_size_ = 0;
};

}  // namespace hermetric
