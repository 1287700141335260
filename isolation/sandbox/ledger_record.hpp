#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/types/units.hpp"
#include "isolation/workspace/changes.hpp"

namespace hermetric {

/// A time in which a cell was frozen by `pause`; CLOCK_MONOTONIC in ns.
struct PausedSpan {
  std::uint64_t began_at = 0;
  std::optional<std::uint64_t> ended_at;  ///< nothing: it lasts
};

/// What one cell holds outside its own namespaces, and whose it is.
struct LedgerRecord {
  std::string cell;  ///< unique over all runs
  std::string name;  ///< the job's
  std::string boot_id;
  pid_t runner_pid = 0;
  std::uint64_t runner_start_time = 0;     ///< field 22 of /proc/PID/stat: tells a reused pid from the real one
  std::vector<std::string> cgroups;        ///< directories
  std::string scratch;                     ///< directory
  bool nested = false;                     ///< the job may make namespaces and mounts
  std::optional<OverlayLayers> workspace;  ///< as the runner's mount namespace shows it
  pid_t init_pid = 0;                      ///< 0 until it runs
  std::uint64_t running_since = 0;         ///< CLOCK_BOOTTIME in ns, shortly after init was cloned
  std::vector<PausedSpan> pauses;          ///< in order; only the last can last

  [[nodiscard]] bool paused() const { return !pauses.empty() && !pauses.back().ended_at; }
};

/// A line a key, values escaped so that none can hold a line's end. What is known later is appended as further lines.
std::string to_text(const LedgerRecord& record);

/// Nothing for a record that is only half there or names no cell and no runner. Lines it does not know, and lines cut
/// short, are left out.
std::optional<LedgerRecord> ledger_record_from_text(std::string_view text);

/// The lines that are appended.
std::string name_line(const std::string& name);
std::string running_line(pid_t init_pid, std::uint64_t boottime_ns);
std::string paused_line(std::uint64_t monotonic_ns);
std::string resumed_line(std::uint64_t monotonic_ns);

/// How long the cell was paused until `now_ns`, CLOCK_MONOTONIC; a pause that lasts counts.
Duration paused_time_of(const LedgerRecord& record, std::uint64_t now_ns);

}  // namespace hermetric
