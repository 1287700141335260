#include "isolation/sandbox/ledger.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <sstream>
#include <thread>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kComplete = "complete";

template <typename Number>
std::optional<Number> number_from(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

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
  return number_from<std::uint64_t>(field);
}

/// Group directories may have children made by hermetric's own drivers, never by a job: a job has no cgroup mount.
Status remove_group(const std::string& directory) {
  if (!fs::exists(directory)) return {};
  (void)write_file_at(AT_FDCWD, directory + "/cgroup.kill", "1");
  for (int attempt = 0; attempt < 200; ++attempt) {
    const auto members = read_file(directory + "/cgroup.procs");
    std::istringstream pids(members.value_or(""));
    for (pid_t pid = 0; pids >> pid;) ::kill(pid, SIGKILL);
    if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::unexpected(Error::system("rmdir", directory, EBUSY));
}

}  // namespace

std::string to_text(const LedgerRecord& record) {
  std::ostringstream text;
  text << "cell " << record.cell << "\nboot " << record.boot_id << "\nrunner " << record.runner_pid << ' '
       << record.runner_start_time << "\nname " << record.name << '\n';
  for (const std::string& cgroup : record.cgroups) text << "cgroup " << cgroup << '\n';
  if (!record.scratch.empty()) text << "scratch " << record.scratch << '\n';
  text << kComplete << '\n';
  if (record.init_pid != 0) text << "init " << record.init_pid << '\n';
  return text.str();
}

std::optional<LedgerRecord> ledger_record_from_text(std::string_view text) {
  LedgerRecord record;
  bool complete = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) break;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const auto space = line.find(' ');
    const std::string_view key = line.substr(0, space);
    const std::string_view value = space == std::string_view::npos ? "" : line.substr(space + 1);
    if (key == "cell") record.cell = value;
    if (key == "boot") record.boot_id = value;
    if (key == "name") record.name = value;
    if (key == "cgroup") record.cgroups.emplace_back(value);
    if (key == "scratch") record.scratch = value;
    if (key == "init") record.init_pid = number_from<pid_t>(value).value_or(0);
    if (key == "runner") {
      const auto gap = value.find(' ');
      record.runner_pid = number_from<pid_t>(value.substr(0, gap)).value_or(0);
      if (gap != std::string_view::npos)
        record.runner_start_time = number_from<std::uint64_t>(value.substr(gap + 1)).value_or(0);
    }
    complete = complete || key == kComplete;
  }
  if (!complete || record.cell.empty() || record.runner_pid <= 0) return std::nullopt;
  return record;
}

bool runner_is_alive(const LedgerRecord& record) {
  return record.boot_id == boot_id() && start_time_of(record.runner_pid) == record.runner_start_time;
}

Status Ledger::add(LedgerRecord record) const {
  record.boot_id = boot_id();
  record.runner_pid = ::getpid();
  record.runner_start_time = start_time_of(record.runner_pid).value_or(0);
  const std::string text = to_text(record);
  const std::string path = directory_ + "/" + record.cell;
  TRY_ASSIGN(const Fd file, sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return std::unexpected(Error::system("write", path, errno));
  return {};
}

Status Ledger::running(const std::string& cell, pid_t init_pid) const {
  const std::string path = directory_ + "/" + cell;
  const std::string line = "init " + std::to_string(init_pid) + "\n";
  TRY_ASSIGN(const Fd file, sys::open(path, O_WRONLY | O_APPEND));
  if (::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return std::unexpected(Error::system("write", path, errno));
  return {};
}

Status Ledger::strike(const std::string& cell) const { return sys::unlinkat(AT_FDCWD, directory_ + "/" + cell, 0); }

Result<std::vector<LedgerRecord>> Ledger::records() const {
  std::vector<LedgerRecord> records;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const auto text = read_file(entry.path().string());
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

Result<std::vector<std::string>> Ledger::sweep() const {
  TRY_ASSIGN(const std::vector<LedgerRecord> all, records());
  std::vector<std::string> swept;
  for (const LedgerRecord& record : all) {
    if (runner_is_alive(record)) continue;
    if (record.boot_id == boot_id())
      for (const std::string& cgroup : record.cgroups) TRY(remove_group(cgroup));
    if (!record.scratch.empty()) TRY(remove_tree(record.scratch));
    TRY(strike(record.cell));
    swept.push_back(record.cell + " (" + record.name + ")");
  }
  return swept;
}

}  // namespace hermetric
