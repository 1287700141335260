#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// What one cell holds outside its own namespaces, and whose it is.
struct LedgerRecord {
  std::string cell;  ///< unique over all runs
  std::string name;  ///< the job's
  std::string boot_id;
  pid_t runner_pid = 0;
  std::uint64_t runner_start_time = 0;  ///< field 22 of /proc/PID/stat: tells a reused pid from the real one
  pid_t init_pid = 0;                   ///< 0 until it runs
  std::vector<std::string> cgroups;     ///< directories
  std::string scratch;                  ///< directory
};

/// One file a cell, in one directory: written before what it lists is made, removed after that is gone. So whatever a
/// killed run leaves behind is known to the next start.
class Ledger {
 public:
  explicit Ledger(std::string directory) : directory_(std::move(directory)) {}

  /// Fills in boot id and runner, and writes the record.
  Status add(LedgerRecord record) const;
  /// Adds init's pid to a record that add() wrote.
  Status running(const std::string& cell, pid_t init_pid) const;
  Status strike(const std::string& cell) const;

  /// All records of all runs. A record that is only half there is left out: its writer had made nothing yet.
  [[nodiscard]] Result<std::vector<LedgerRecord>> records() const;

  /// The record of a cell or, if there is just one such, of a running job's name.
  [[nodiscard]] Result<LedgerRecord> find(const std::string& cell_or_name) const;

  /// Kills, removes and strikes everything that belongs to runs that are dead; returns one line for each cell swept.
  /// Never touches what a living run owns.
  Result<std::vector<std::string>> sweep() const;

 private:
  std::string directory_;
};

std::string to_text(const LedgerRecord& record);
std::optional<LedgerRecord> ledger_record_from_text(std::string_view text);

/// True while the run that wrote `record` lives.
bool runner_is_alive(const LedgerRecord& record);

}  // namespace hermetric
