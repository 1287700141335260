#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "isolation/sys/result.hpp"
#include "reports/model/report.hpp"

namespace hermetric {

/// What one series is about. A change of the machine class begins another series, so it never looks like a change of
/// cost.
struct SeriesKey {
  std::string project, job, metric, machine;
};

/// One run of a project at a commit, and what was measured.
struct HistoryRun {
  std::string project, commit, branch, parent;
  std::string report_id;  ///< a report that is there already is not added again
  std::int64_t time = 0;  ///< of the commit, seconds since 1970; orders the series
  struct Figure {
    std::string job, metric, machine;
    double value = 0;
    std::string unit = {};          ///< where the metric's name does not tell it
    bool bigger_is_better = false;  ///< as for throughput; of the series, so the first one counts
  };
  std::vector<Figure> figures;
  std::map<std::string, std::string> inputs = {};  ///< of a job, what decides it as a digest; without jobs not known of
};

struct SeriesInfo {
  std::int64_t id = 0;
  SeriesKey key;
  std::int64_t points = 0;
  std::string last_commit;
  std::string unit;
  bool bigger_is_better = false;
};

struct HistoryPoint {
  std::string commit, branch, parent;
  std::int64_t time = 0;
  double value = 0;
  std::string inputs = {};  ///< digest of what decided the job; empty: not known
};

/// What was measured at one commit, in the order in which it was added.
struct CommitValues {
  std::string commit;
  std::int64_t time = 0;
  std::vector<double> values;
  std::string inputs = {};  ///< of all of them; empty: not known, or not one
};

/// The points of a series by commit, in the order in which the commits come.
std::vector<CommitValues> by_commit(const std::vector<HistoryPoint>& points);

/// Known, and the same.
bool have_equal_inputs(const CommitValues& a, const CommitValues& b);

/// Of each commit, whether its inputs equal those of the one before it.
std::vector<bool> equal_to_the_one_before(const std::vector<CommitValues>& commits);

/// Narrows a list; what is empty does not.
struct SeriesFilter {
  std::string project, job, metric;  ///< `metric` is a prefix
};

struct PruneRule {
  std::int64_t keep = 0;    ///< newest runs of each project; 0: no such rule
  std::int64_t before = 0;  ///< runs of commits older than this time; 0: no such rule
};

/// Costs over commits. All functions may be called while other processes read and add.
class HistoryStore {
 public:
  virtual ~HistoryStore() = default;
  /// All of the runs or none; returns how many were new. When it returns they are on disk.
  virtual Result<std::size_t> add(const std::vector<HistoryRun>& runs) = 0;
  virtual Result<std::vector<SeriesInfo>> list(const SeriesFilter& filter) = 0;
  /// In the order of the commits' times, equal ones in the order in which they were added.
  virtual Result<std::vector<HistoryPoint>> points(std::int64_t series) = 0;
  /// Returns how many runs were removed.
  virtual Result<std::size_t> prune(const PruneRule& rule) = 0;
};

/// A SQLite file, made where it is missing (its directory as well). An error says what is wrong with a file that is
/// damaged, no history, or one of a newer version.
Result<std::unique_ptr<HistoryStore>> open_history(const std::string& path);

/// The class of machine that figures of a host are comparable within: CPU model, number of CPUs, memory in GiB, kernel
/// series, cgroup layout. "?" stands for what the report does not say.
std::string machine_class(const HostReport& host);

/// The figures of a report's jobs that passed; others have none that could be compared.
std::vector<HistoryRun::Figure> figures_of(const RunReport& report);

}  // namespace hermetric
