#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isolation/sys/result.hpp"
#include "runner/compose/session.hpp"

namespace hermetric {

/// One way to run a program, and what it took in each round, in seconds.
struct BenchRow {
  std::string name;
  std::string remark;          ///< what is measured, or what a peer leaves out
  std::vector<double> tight;   ///< rounds right after each other
  std::vector<double> spaced;  ///< a pause before each run, as between the jobs of a pipeline
};

struct HostBench {
  std::vector<BenchRow> rows;  ///< the first is the floor: the program without any container
  struct Skipped {
    std::string name, reason;
  };
  std::vector<Skipped> skipped;
};

struct HostBenchOptions {
  unsigned rounds = 15;
  std::string executable;  ///< hermetric's own
};

/// Runs a program that does nothing in every way there is on this host, in interleaved rounds.
/// Changes the working directory while it runs.
Result<HostBench> bench_host(Session& session, const HostBenchOptions& options);

/// Median of a[i] / b[i]: what ran in one round is compared, so that slow minutes of the machine cancel out.
std::optional<double> median_ratio(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace hermetric
