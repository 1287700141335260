#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "isolation/sandbox/ledger_record.hpp"
#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// A cell's record under a lock that keeps other holders away, so that looking and appending are one action.
class HeldRecord {
 public:
  [[nodiscard]] const LedgerRecord& record() const { return record_; }
  Status append(const std::string& line) const;

 private:
  friend class Ledger;
  HeldRecord(Fd file, LedgerRecord record) : file_(std::move(file)), record_(std::move(record)) {}

  Fd file_;
  LedgerRecord record_;
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
  /// The same for a cell that was made before its job was known.
  Status running(const std::string& cell, const std::string& name, pid_t init_pid) const;
  Status strike(const std::string& cell) const;

  /// All records of all runs. A record that is only half there is left out: its writer had made nothing yet.
  [[nodiscard]] Result<std::vector<LedgerRecord>> records() const;

  /// The record of a cell or, if there is just one such, of a running job's name.
  [[nodiscard]] Result<LedgerRecord> find(const std::string& cell_or_name) const;

  /// The record of a cell to look at and append to. Error: the cell has ended.
  [[nodiscard]] Result<HeldRecord> hold(const std::string& cell) const;

  /// How long the cell has been paused, a pause that lasts included, and whether one does. Zero for a cell that is not
  /// there.
  struct Pauses {
    Duration total{};
    bool lasting = false;
  };
  [[nodiscard]] Pauses paused_time(const std::string& cell) const;

  /// What sweep() did: a line for each cell swept, and for each that could not be swept whole, with the reason.
  struct Sweep {
    std::vector<std::string> swept;
    std::vector<std::string> problems;
  };
  /// Kills, removes and strikes everything that belongs to runs that are dead. Never touches what a living run owns.
  /// Others may sweep at the same time: returns when all of it is gone.
  [[nodiscard]] Result<Sweep> sweep() const;

 private:
  std::string directory_;
};

/// False for a record that a reboot has outdated: of what it names, only directories on disks can be left.
bool is_of_this_boot(const LedgerRecord& record);

/// True while the run that wrote `record` lives.
bool runner_is_alive(const LedgerRecord& record);

/// A pidfd of the init that the record speaks of, never of a process that got its pid later. Error: it has ended.
Result<Fd> open_init(const LedgerRecord& record);

}  // namespace hermetric
