#include "isolation/sandbox/ledger.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <sstream>

#include "isolation/sys/clock.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

/// What a reader without the writer's lock needs: one write(2), so that no line is ever seen in halves.
Status append_line(const Fd& file, const std::string& line) {
  if (::write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size())) return {};
  return std::unexpected(Error::system("write", "ledger", errno));
}

Error just_ended(const std::string& name) { return Error("job \"" + name + "\" has just ended"); }

std::string boot_id() {
  auto text = read_file("/proc/sys/kernel/random/boot_id").value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// Field 22 of /proc/PID/stat, counted from behind the command, which may contain anything.
std::optional<std::uint64_t> start_time_of(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
  if (!text) return std::nullopt;
  const auto behind_command = text->rfind(')');
  if (behind_command == std::string::npos) return std::nullopt;
  std::istringstream fields(text->substr(behind_command + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  std::uint64_t ticks = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), ticks);
  return error == std::errc{} ? std::optional(ticks) : std::nullopt;
}

}  // namespace

bool is_of_this_boot(const LedgerRecord& record) { return record.boot_id == boot_id(); }

bool runner_is_alive(const LedgerRecord& record) {
  return is_of_this_boot(record) && start_time_of(record.runner_pid) == record.runner_start_time;
}

Result<Fd> open_init(const LedgerRecord& record) {
  auto init = sys::pidfd_open(record.init_pid);
  if (!init) return std::unexpected(init.error().error_number() == ESRCH ? just_ended(record.name) : init.error());
  // Init was there when running_since was taken: whoever has its pid and is younger is somebody else.
  const auto ticks = start_time_of(record.init_pid);
  const auto ticks_a_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  if (!ticks || *ticks > record.running_since / (1'000'000'000U / ticks_a_second))
    return std::unexpected(just_ended(record.name));
  return init;
}

Status Ledger::add(LedgerRecord record) const {
  record.boot_id = boot_id();
  record.runner_pid = ::getpid();
  record.runner_start_time = start_time_of(record.runner_pid).value_or(0);
  const std::string text = to_text(record);
  const std::string path = directory_ + "/" + record.cell;
  TRY_ASSIGN(const Fd file, sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return {};
  Error error = Error::system("write", path, written < 0 ? errno : ENOSPC);
  (void)sys::unlinkat(AT_FDCWD, path, 0);
  return std::unexpected(std::move(error).in("ledger"));
}

Status Ledger::running(const std::string& cell, pid_t init_pid) const {
  TRY_ASSIGN(const Fd file, sys::open(directory_ + "/" + cell, O_WRONLY | O_APPEND));
  return append_line(file, running_line(init_pid, boottime_nanoseconds()));
}

Status Ledger::running(const std::string& cell, const std::string& name, pid_t init_pid) const {
  TRY_ASSIGN(const Fd file, sys::open(directory_ + "/" + cell, O_WRONLY | O_APPEND));
  return append_line(file, name_line(name) + running_line(init_pid, boottime_nanoseconds()));
}

Status HeldRecord::append(const std::string& line) const { return append_line(file_, line); }

Result<HeldRecord> Ledger::hold(const std::string& cell) const {
  auto file = sys::open(directory_ + "/" + cell, O_RDWR | O_APPEND);
  if (!file) return std::unexpected(file.error().error_number() == ENOENT ? just_ended(cell) : file.error());
  while (::flock(file->get(), LOCK_EX) != 0)
    if (errno != EINTR) return std::unexpected(Error::system("flock", directory_ + "/" + cell, errno));
  const auto text = read_file(directory_ + "/" + cell);
  auto record = text ? ledger_record_from_text(*text) : std::nullopt;
  if (!record) return std::unexpected(just_ended(cell));
  return HeldRecord(*std::move(file), *std::move(record));
}

Ledger::Pauses Ledger::paused_time(const std::string& cell) const {
  const auto text = read_file(directory_ + "/" + cell);
  const auto record = text ? ledger_record_from_text(*text) : std::nullopt;
  if (!record) return {};
  return {paused_time_of(*record, monotonic_nanoseconds()), record->paused()};
}

Status Ledger::strike(const std::string& cell) const { return sys::unlinkat(AT_FDCWD, directory_ + "/" + cell, 0); }

Result<std::vector<LedgerRecord>> Ledger::records() const {
  std::vector<LedgerRecord> records;
  std::error_code error;
  for (fs::directory_iterator entry(directory_, error), end; !error && entry != end; entry.increment(error)) {
    const auto text = read_file(entry->path().string());
    if (!text) continue;
    if (auto record = ledger_record_from_text(*text)) records.push_back(*std::move(record));
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return std::unexpected(Error::system("read", directory_, error.value()));
  return records;
}

Result<LedgerRecord> Ledger::find(const std::string& cell_or_name) const {
  TRY_ASSIGN(const std::vector<LedgerRecord> all, records());
  std::vector<LedgerRecord> found;
  for (const LedgerRecord& record : all)
    if ((record.cell == cell_or_name || record.name == cell_or_name) && record.init_pid != 0 && runner_is_alive(record))
      found.push_back(record);
  if (found.empty()) return std::unexpected(Error("no running job is named \"" + cell_or_name + "\""));
  if (found.size() == 1) return found.front();
  std::string cells;
  for (const LedgerRecord& record : found) cells.append(cells.empty() ? "" : ", ").append(record.cell);
  return std::unexpected(Error("several running jobs are named \"" + cell_or_name + "\": name one of " + cells));
}

}  // namespace hermetric
