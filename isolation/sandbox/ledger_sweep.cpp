#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/sandbox/ledger.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/workspace/shelf.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

/// Groups have no children but a nested hermetric's, whose groups go with it: a job has no cgroup mount.
Status remove_groups(const std::vector<std::string>& directories) {
  TRY_ASSIGN(const auto groups, open_groups(directories));
  (void)groups->freeze(false);
  TRY(groups->kill());
  return groups->remove();
}

/// A file whose writer was killed before the record was whole. It had made nothing yet, and the name of a cell begins
/// with its runner's pid.
bool is_abandoned(const std::string& cell) {
  pid_t runner = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), runner);
  return error == std::errc{} && *end == '-' && runner > 0 && ::kill(runner, 0) != 0 && errno == ESRCH;
}

/// Nothing: its writer may live, or it is no record at all.
std::optional<LedgerRecord> dead_record(const fs::path& file) {
  const auto text = read_file(file.string());
  if (!text) return std::nullopt;
  auto record = ledger_record_from_text(*text);
  if (record) return runner_is_alive(*record) ? std::nullopt : std::move(record);
  LedgerRecord torn;
  torn.cell = file.filename().string();
  torn.name = "nothing made yet";
  return is_abandoned(torn.cell) ? std::optional(std::move(torn)) : std::nullopt;
}

Result<std::vector<LedgerRecord>> dead_records(const std::string& directory) {
  std::vector<LedgerRecord> dead;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (auto record = dead_record(entry->path())) dead.push_back(*std::move(record));
  if (error && error != std::errc::no_such_file_or_directory)
    return std::unexpected(Error::system("read", directory, error.value()));
  return dead;
}

Status remove_what_it_names(const LedgerRecord& record) {
  if (is_of_this_boot(record)) TRY(remove_groups(record.cgroups));
  if (record.scratch.empty()) return {};
  clear_shelf_of(record.scratch);
  return remove_tree(record.scratch);
}

}  // namespace

Result<Ledger::Sweep> Ledger::sweep() const {
  Sweep sweep;
  TRY_ASSIGN(std::vector<LedgerRecord> dead, dead_records(directory_));
  if (dead.empty()) return sweep;
  TRY_ASSIGN(const Fd lock, sys::open(directory_, O_RDONLY | O_DIRECTORY));
  while (::flock(lock.get(), LOCK_EX) != 0)
    if (errno != EINTR) return std::unexpected(Error::system("flock", directory_, errno));
  TRY_ASSIGN(dead, dead_records(directory_));  // what another has swept meanwhile is gone
  for (const LedgerRecord& record : dead) {
    Status removed = remove_what_it_names(record);
    if (removed) removed = strike(record.cell);
    const std::string line = record.cell + " (" + record.name + ")";
    if (removed)
      sweep.swept.push_back(line);
    else
      sweep.problems.push_back(line + ": " + removed.error().message());
  }
  return sweep;
}

}  // namespace hermetric
