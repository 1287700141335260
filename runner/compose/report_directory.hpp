#pragma once

#include <string>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// DIR of `run --report-dir DIR`: report.json, jobs/NAME/{stdout,stderr}.log, artifacts/NAME/.
class ReportDirectory {
 public:
  /// Makes `path` or, where an earlier report of hermetric stands, empties it. A directory that holds anything else is
  /// an error: nothing of the user's is removed.
  static Result<ReportDirectory> prepare(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string report() const { return path_ + "/report.json"; }
  [[nodiscard]] std::string logs_of(const std::string& job) const;
  [[nodiscard]] std::string artifacts_of(const std::string& job) const;

 private:
  explicit ReportDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Whether `path` is one that prepare() made.
bool is_report_directory(const std::string& path);

/// A job's name as one file name: letters, digits and ._-=,() stay, the rest is %XX.
std::string escaped_name(const std::string& job);

}  // namespace hermetric
