#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/sandbox/ledger.hpp"
#include "isolation/sys/result.hpp"

/// What another process of the same user does to running cells. A cell that ends meanwhile is an error that says so.
namespace hermetric {

/// A cell as it was when it was looked at.
struct RunningCell {
  LedgerRecord record;
  pid_t job_pid = 0;   ///< 0: not yet executed
  Duration elapsed{};  ///< since init was cloned, pauses included
  CgroupSample sample;
};

/// Every running cell, by name. One that ends meanwhile is left out.
Result<std::vector<RunningCell>> running_cells(const Ledger& ledger);

/// Freezes every process of the cell, and notes it in the ledger so that its runner stops the clock of its wall time.
/// Error: it is paused.
Status pause_cell(const Ledger& ledger, const LedgerRecord& cell);

/// The reverse. Error: it is not paused.
Status resume_cell(const Ledger& ledger, const LedgerRecord& cell);

/// SIGKILL to every process of the cell, and waits until all are gone. Error: one is left after some seconds.
Status kill_cell(const LedgerRecord& cell);

/// Sends `signal` to the job's root process alone. A paused job sees it when it is resumed.
Status signal_cell(const LedgerRecord& cell, int signal);

/// What the cell has changed in its workspace so far, as visit_changes() tells it but for directories that merely hold
/// a change. Error: it has no workspace, or changes it faster than one can look.
Result<std::vector<std::pair<Change::Kind, std::string>>> changes_of(const LedgerRecord& cell);

}  // namespace hermetric
