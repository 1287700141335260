#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// What another program measured of one thing: a benchmark, a command, a column.
struct ForeignFigure {
  std::string subject;
  std::string metric;             ///< named as our own where it is the same quantity: "wall_usec"
  std::string unit;               ///< of the values: "ns", "us", "B"; what the file calls it, or nothing
  bool bigger_is_better = false;  ///< as for throughput
  std::vector<double> values;     ///< finite, in the order of measurement; at least one
};

/// What a file says of one commit, or of an unknown one.
struct ForeignRun {
  std::string commit;                ///< empty: the file does not say
  std::optional<std::int64_t> time;  ///< of the commit, seconds since 1970
  std::string machine;               ///< empty: the file does not say
  std::vector<ForeignFigure> figures;
};

struct ForeignFile {
  std::vector<ForeignRun> runs;
  std::vector<std::string> warnings;  ///< what was left out, and why: whole sentences
};

// Readers of text. Errors say where: line and column of what is no JSON or CSV at all, else the path of the value.

/// JSON of Google Benchmark, of all versions: "real_time_nsec", "cpu_time_nsec" and the counters, a value a repetition.
/// Aggregates are used only where there are no repetitions: the median, else the mean. What failed is left out.
Result<ForeignFile> read_google_benchmark(std::string_view text);

/// JSON of hyperfine: "wall_usec" of each run, "memory.max_rss_bytes" where it is there, and the means
/// "cpu.user_usec" and "cpu.system_usec". Runs that did not exit with 0 are left out.
Result<ForeignFile> read_hyperfine(std::string_view text);

/// Data of github-action-benchmark: data.js, or the JSON that it wraps. A run an entry; subjects are "SUITE/NAME", the
/// metric is always "value".
Result<ForeignFile> read_action_benchmark(std::string_view text);

/// Any of them, by what it looks like.
Result<ForeignFile> read_foreign_json(std::string_view text);

}  // namespace hermetric
