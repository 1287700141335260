#include "isolation/cgroup/job_cgroup.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kFirstPause = std::chrono::microseconds(50);
constexpr auto kLongestPause = std::chrono::microseconds(5000);

/// Milliseconds for poll(2), at least one.
int poll_timeout(steady_clock::duration left) {
  return std::max(1, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(left).count()));
}

}  // namespace

JobCgroup::JobCgroup(std::vector<GroupDirectory> directories, bool cpu_capped,
                     std::shared_ptr<const ControllerProblems> problems)
    : directories_(std::move(directories)), cpu_capped_(cpu_capped), problems_(std::move(problems)) {}

JobCgroup::~JobCgroup() {
  if (directories_.empty() || !owner_) return;
  (void)kill();
  (void)remove();
}

Status JobCgroup::add(GroupDirectory directory) {
  directories_.push_back(std::move(directory));
  GroupDirectory& added = directories_.back();
  if (added.base->dialect->entered_by_clone) return {};
  TRY_ASSIGN(added.tasks, named("enter group " + added.path(), sys::openat(added.fd.get(), "tasks", O_WRONLY)));
  return {};
}

const GroupDirectory* JobCgroup::leaf() const {
  const auto found = std::ranges::find_if(
      directories_, [](const GroupDirectory& directory) { return directory.base->dialect->entered_by_clone; });
  return found == directories_.end() ? nullptr : &*found;
}

CgroupEntry JobCgroup::entry() const {
  CgroupEntry entry;
  for (const GroupDirectory& directory : directories_) {
    if (directory.base->dialect->entered_by_clone)
      entry.leaf_fd = directory.fd.get();
    else
      entry.tasks_fds.push_back(directory.tasks.get());
  }
  return entry;
}

std::vector<std::string> JobCgroup::paths() const {
  std::vector<std::string> paths;
  for (const GroupDirectory& directory : directories_) paths.push_back(directory.path());
  return paths;
}

Status JobCgroup::kill() {
  if (directories_.empty()) return {};
  if (const GroupDirectory* group = leaf()) {
    Status status = write_file_at(group->fd.get(), "cgroup.kill", "1");
    if (status || status.error().error_number() != ENOENT) return status;
  }
  return signal_until_empty();
}

/// Without cgroup.kill: frozen members cannot fork away from the list that is being signalled, and die when thawed.
/// Without a freezer the rounds go on until none is left.
Status JobCgroup::signal_until_empty() {
  const auto deadline = steady_clock::now() + kPatience;
  for (;;) {
    (void)freeze(true);
    const auto pids = members();
    if (pids)
      for (const pid_t pid : *pids) ::kill(pid, SIGKILL);
    (void)freeze(false);
    if (!pids) return std::unexpected(pids.error());
    if (pids->empty()) return {};
    if (steady_clock::now() > deadline)
      return std::unexpected(Error("kill " + directories_.front().path() + ": processes are left after a second"));
    std::this_thread::sleep_for(kFirstPause);
  }
}

Status JobCgroup::freeze(bool frozen) {
  if (const GroupDirectory* group = leaf()) return write_file_at(group->fd.get(), "cgroup.freeze", frozen ? "1" : "0");
  for (const GroupDirectory& directory : directories_)
    if (has_controller(directory.controllers, "freezer"))
      return write_file_at(directory.fd.get(), "freezer.state", frozen ? "FROZEN" : "THAWED");
  return std::unexpected(
      Error("freeze: the job has no group that can be frozen").remedy("needs cgroup2 of Linux 5.2 or the v1 freezer"));
}

Result<std::vector<pid_t>> JobCgroup::members() const {
  const GroupDirectory* group = leaf();
  if (group == nullptr) group = &directories_.front();
  TRY_ASSIGN(const std::string text, read_file_at(group->fd.get(), "cgroup.procs"));
  return parse_pids(text);
}

Result<bool> JobCgroup::populated() const {
  if (directories_.empty()) return false;
  if (const GroupDirectory* group = leaf()) {
    TRY_ASSIGN(const std::string text, read_file_at(group->fd.get(), "cgroup.events"));
    if (const auto value = parse_flat(text, "populated")) return *value != 0;
    return std::unexpected(Error("cgroup.events of " + group->path() + " has no \"populated\""));
  }
  TRY_ASSIGN(const std::vector<pid_t> pids, members());
  return !pids.empty();
}

void JobCgroup::read_usage(ResourceUsage& usage) const {
  fill_usage(directories_, {.cpu_capped = cpu_capped_, .io_problem = io_problem_, .problems = problems_.get()}, usage);
}

/// Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control": an eventfd and memory.oom_control, told to the
/// kernel.
Status JobCgroup::watch_oom() {
  const auto group = std::ranges::find_if(directories_, [](const GroupDirectory& directory) {
    return !directory.base->dialect->entered_by_clone && has_controller(directory.controllers, "memory");
  });
  if (group == directories_.end()) return {};
  oom_event_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!oom_event_.valid()) return std::unexpected(Error::system("eventfd", "oom: fail", errno));
  TRY_ASSIGN(const Fd control, sys::openat(group->fd.get(), "memory.oom_control", O_RDONLY));
  auto told = write_file_at(group->fd.get(), "cgroup.event_control",
                            std::to_string(oom_event_.get()) + " " + std::to_string(control.get()));
  if (!told) return std::unexpected(std::move(told).error().in("oom: fail"));
  return {};
}

CgroupSample JobCgroup::sample() const { return take_sample(directories_); }

Status JobCgroup::remove() {
  const auto deadline = steady_clock::now() + kPatience;
  while (!directories_.empty()) {
    TRY(remove_directory(directories_.back(), deadline));
    directories_.pop_back();
  }
  return {};
}

Status JobCgroup::remove_directory(const GroupDirectory& directory, Deadline deadline) const {
  for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    Status status = sys::unlinkat(directory.base->fd.get(), directory.name, AT_REMOVEDIR);
    if (status || status.error().error_number() == ENOENT) return {};
    if (status.error().error_number() != EBUSY || steady_clock::now() > deadline)
      return std::unexpected(std::move(status).error().in("remove group " + directory.path()));
    wait_for_exit(deadline, pause);
  }
}

/// The kernel wakes a poll of cgroup.events when the last member is gone; elsewhere, and for the moment between that
/// and the directory being free, a short sleep.
void JobCgroup::wait_for_exit(Deadline deadline, std::chrono::microseconds pause) const {
  if (const GroupDirectory* group = leaf()) {
    const auto events = sys::openat(group->fd.get(), "cgroup.events", O_RDONLY);
    std::array<char, 256> text{};
    const ssize_t size = events ? ::read(events->get(), text.data(), text.size()) : 0;
    if (size > 0 && parse_flat({text.data(), static_cast<std::size_t>(size)}, "populated") == 1U) {
      pollfd change{.fd = events->get(), .events = POLLPRI, .revents = 0};
      ::poll(&change, 1, poll_timeout(deadline - steady_clock::now()));
      return;
    }
  }
  std::this_thread::sleep_for(pause);
}

}  // namespace hermetric
