#include "isolation/sandbox/control.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <tuple>

#include "isolation/process/child.hpp"
#include "isolation/process/own_user_namespace.hpp"
#include "isolation/sandbox/enter.hpp"
#include "isolation/sys/clock.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

constexpr int kKillPatienceMilliseconds = 5000;
constexpr int kLooksAtChanges = 20;

Error just_ended() { return Error("the job has just ended"); }

/// The groups of a cell that has a process in them.
Result<std::unique_ptr<Cgroup>> living_groups(const LedgerRecord& cell) {
  TRY_ASSIGN(auto groups, open_groups(cell.cgroups));
  const auto populated = groups->populated();
  if (!cell.cgroups.empty() && !populated.value_or(false)) return std::unexpected(just_ended());
  return groups;
}

/// A signal to a process that has ended since is no trouble.
Status send(const Fd& pidfd, int signal) {
  auto sent = sys::pidfd_send_signal(pidfd, signal);
  if (!sent && sent.error().error_number() == ESRCH) return {};
  return sent;
}

Duration age_of(const LedgerRecord& record) {
  const std::uint64_t now = boottime_nanoseconds();
  return Duration(static_cast<Duration::rep>((now - std::min(now, record.running_since)) / 1000));
}

}  // namespace

Result<std::vector<RunningCell>> running_cells(const Ledger& ledger) {
  TRY_ASSIGN(std::vector<LedgerRecord> records, ledger.records());
  std::vector<RunningCell> cells;
  for (LedgerRecord& record : records) {
    if (record.init_pid == 0 || !runner_is_alive(record) || !open_init(record)) continue;
    const auto groups = open_groups(record.cgroups);
    RunningCell cell;
    cell.job_pid = job_process_of(record.init_pid).value_or(0);
    cell.elapsed = age_of(record);
    if (groups) cell.sample = (*groups)->sample();
    cell.record = std::move(record);
    cells.push_back(std::move(cell));
  }
  std::ranges::sort(cells, {}, [](const RunningCell& cell) { return std::tie(cell.record.name, cell.record.cell); });
  return cells;
}

/// Frozen before it is noted: if this process is killed in between, the clock goes on, and no limit is lost.
Status pause_cell(const Ledger& ledger, const LedgerRecord& cell) {
  TRY_ASSIGN(const HeldRecord held, ledger.hold(cell.cell));
  if (held.record().paused()) return std::unexpected(Error("the job is paused already"));
  TRY_ASSIGN(const auto groups, living_groups(held.record()));
  TRY(groups->freeze(true));
  auto noted = held.append(paused_line(monotonic_nanoseconds()));
  if (!noted) (void)groups->freeze(false);
  return noted;
}

/// Noted before it is thawed, for the same reason.
Status resume_cell(const Ledger& ledger, const LedgerRecord& cell) {
  TRY_ASSIGN(const HeldRecord held, ledger.hold(cell.cell));
  if (!held.record().paused()) return std::unexpected(Error("the job is not paused"));
  TRY_ASSIGN(const auto groups, living_groups(held.record()));
  TRY(held.append(resumed_line(monotonic_nanoseconds())));
  auto thawed = groups->freeze(false);
  if (!thawed) (void)held.append(paused_line(monotonic_nanoseconds()));
  return thawed;
}

/// Through the groups, where nothing can hide, and through init, which also ends a cell without groups.
Status kill_cell(const LedgerRecord& cell) {
  TRY_ASSIGN(const Fd init, open_init(cell));
  TRY_ASSIGN(const auto groups, open_groups(cell.cgroups));
  const Status killed = groups->kill();
  TRY(send(init, kKillAllSignal));
  pollfd ended{.fd = init.get(), .events = POLLIN, .revents = 0};
  while (::poll(&ended, 1, kKillPatienceMilliseconds) < 0 && errno == EINTR) continue;
  if (ended.revents != 0) return {};
  if (!killed) return killed;
  return std::unexpected(
      Error("processes are left after " + std::to_string(kKillPatienceMilliseconds / 1000) + " seconds"));
}

Status signal_cell(const LedgerRecord& cell, int signal) {
  TRY_ASSIGN(const Fd init, open_init(cell));
  TRY_ASSIGN(const pid_t job_pid, job_process_of(cell.init_pid));
  auto job = sys::pidfd_open(job_pid);
  // Still init's child: then it was so when the pidfd was opened, for init ends with its job.
  const auto again = job_process_of(cell.init_pid);
  if (!job || !again || *again != job_pid) return std::unexpected(just_ended());
  auto sent = sys::pidfd_send_signal(*job, signal);
  if (!sent && sent.error().error_number() == ESRCH) return std::unexpected(just_ended());
  return sent;
}

/// The layers are looked at through the runner's root, whose mounts may not be seen elsewhere.
Result<std::vector<std::pair<Change::Kind, std::string>>> changes_of(const LedgerRecord& cell) {
  if (!cell.workspace) return std::unexpected(Error("the job has no workspace"));
  const std::string root = "/proc/" + std::to_string(cell.runner_pid) + "/root";
  OverlayLayers layers{root + cell.workspace->upper, {}, !is_privileged()};
  for (const std::string& lower : cell.workspace->lowers) layers.lowers.push_back(root + lower);
  Status status;
  for (int look = 0; look < kLooksAtChanges; ++look) {
    std::vector<std::pair<Change::Kind, std::string>> changes;
    status = visit_changes(layers, [&](const Change& change) -> Status {
      const bool entered = change.kind == Change::Kind::kModified && S_ISDIR(change.status.st_mode);
      if (!entered) changes.emplace_back(change.kind, change.path);
      return {};
    });
    if (!open_init(cell) || !runner_is_alive(cell)) return std::unexpected(just_ended());
    if (status) return changes;
  }
  return std::unexpected(std::move(status).error().remedy("pause the job first: hermetric pause"));
}

}  // namespace hermetric
