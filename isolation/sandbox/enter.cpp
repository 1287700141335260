#include "isolation/sandbox/enter.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

#include "isolation/process/own_user_namespace.hpp"
#include "isolation/sandbox/confinement.hpp"
#include "isolation/sandbox/seccomp_filter.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

constexpr int kExitNotExecutable = 126;
constexpr int kExitNotFound = 127;
constexpr int kStartCheckMilliseconds = 2, kMostStartMilliseconds = 5000;

/// What the job's root process may do, as the job has it.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::uint64_t bounding_set = 0;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> split_at_zero(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, '\0');) parts.push_back(part);
  return parts;
}

/// The first number behind a key of /proc/PID/status, as "Uid:"; proc_pid_status(5).
std::uint64_t number_in_status(const std::string& status, const char* key, int base) {
  const auto at = status.find(key);
  return at == std::string::npos ? 0 : std::strtoull(status.c_str() + at + std::strlen(key), nullptr, base);
}

/// The job's ids as it sees them: those outside, less where its map begins. For a user that is in the namespace above.
Result<Identity> identity_inside(const std::string& proc) {
  TRY_ASSIGN(const std::string status, read_file(proc + "/status"));
  TRY_ASSIGN(const std::string map, read_file(proc + "/uid_map"));
  std::istringstream fields(map);
  std::uint32_t inside = 0, outside = 0;
  fields >> inside >> outside;
  return Identity{static_cast<uid_t>(number_in_status(status, "\nUid:", 10)) - outside,
                  static_cast<gid_t>(number_in_status(status, "\nGid:", 10)) - outside,
                  number_in_status(status, "\nCapBnd:", 16)};
}

/// It has its filter, and the clocks that a process which shares its maker's memory gets with its exec (Linux 6.2).
/// Before, its environment is hermetric's.
bool has_begun(const std::string& init, const std::string& job) {
  const auto status = read_file(job + "/status");
  const auto due = sys::readlinkat(AT_FDCWD, init + "/ns/time_for_children");
  const auto own = sys::readlinkat(AT_FDCWD, job + "/ns/time");
  return status && number_in_status(*status, "\nSeccomp:", 10) == SECCOMP_MODE_FILTER && due && own && *due == *own;
}

struct RunningJob {
  std::string proc;  ///< /proc/PID
  Fd pidfd;
  Identity identity;
};

/// Waits for a job that is being made.
Result<RunningJob> running_job(const Fd& init, pid_t init_pid) {
  pollfd ended{.fd = init.get(), .events = POLLIN, .revents = 0};
  for (int waited = 0; waited < kMostStartMilliseconds; waited += kStartCheckMilliseconds) {
    const auto pid = job_process_of(init_pid);
    auto pidfd = pid ? sys::pidfd_open(*pid) : std::unexpected(pid.error());
    // Still init's child: then it was so when the pidfd was opened.
    if (pidfd && job_process_of(init_pid).value_or(0) == *pid) {
      const std::string proc = "/proc/" + std::to_string(*pid);
      if (has_begun("/proc/" + std::to_string(init_pid), proc)) {
        TRY_ASSIGN(const Identity identity, identity_inside(proc));
        return RunningJob{proc, *std::move(pidfd), identity};
      }
    }
    if (::poll(&ended, 1, kStartCheckMilliseconds) > 0) return std::unexpected(Error("the job has just ended"));
  }
  return std::unexpected(Error("the job has not begun yet"));
}

/// v1: `tasks` takes one thread; v2 has only cgroup.procs. "0" means whoever writes.
Status join_groups(const std::vector<std::string>& groups) {
  for (const std::string& group : groups) {
    const bool v1 = ::access((group + "/tasks").c_str(), F_OK) == 0;
    TRY(write_file_at(AT_FDCWD, group + (v1 ? "/tasks" : "/cgroup.procs"), "0"));
  }
  return {};
}

/// An ordinary user who is lent no ids may drop no group: user_namespaces(7).
bool drop_groups() { return ::setgroups(0, nullptr) == 0 || errno == EPERM; }

bool reduce_bounding_set(std::uint64_t kept) {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability)
    if (((kept >> capability) & 1) == 0 && ::prctl(PR_CAPBSET_DROP, capability) != 0) return false;
  return true;
}

[[noreturn]] void run_inside(const RunningJob& job, bool nested, const std::string& cwd, std::vector<std::string> argv,
                             std::vector<std::string> environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Identity& identity = job.identity;
  const bool ready = ::setns(job.pidfd.get(), CLONE_NEWUSER) == 0 && reduce_bounding_set(identity.bounding_set) &&
                     drop_groups() && ::setresgid(identity.gid, identity.gid, identity.gid) == 0 &&
                     ::setresuid(identity.uid, identity.uid, identity.uid) == 0 &&
                     ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  if (!ready) ::_exit(125);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // changing ids cleared it
  if (::chdir(cwd.c_str()) != 0 && ::chdir("/") != 0) ::_exit(125);
  ::umask(022);
  environ = nullptr;
  std::vector<char*> variables = pointers(environment);
  environ = variables.data();
  ::close_range(3, ~0U, 0);
  if (load_syscall_filter(syscall_filter(nested).plain) != 0) ::_exit(125);
  ::execvp(argv.front().c_str(), pointers(argv).data());
  const int reason = errno;
  ::dprintf(STDERR_FILENO, "hermetric: enter: %s: %s\n", argv.front().c_str(), ::strerror(reason));
  ::_exit(reason == ENOENT || reason == ENOTDIR ? kExitNotFound : kExitNotExecutable);
}

}  // namespace

Result<pid_t> job_process_of(pid_t init) {
  const std::string pid = std::to_string(init);
  const auto children = read_file("/proc/" + pid + "/task/" + pid + "/children");
  std::istringstream pids(children.value_or(""));
  pid_t first = 0;
  if (!(pids >> first)) return std::unexpected(Error("the job has just ended"));
  return first;
}

Result<int> enter_cell(const LedgerRecord& cell, const std::vector<std::string>& argv) {
  TRY_ASSIGN(const Fd init, sys::pidfd_open(cell.init_pid));
  // An ordinary user's cells are below a namespace that the user owns, and may do all in.
  if (!is_privileged()) TRY(sys::setns(init.get(), CLONE_NEWUSER));
  TRY_ASSIGN(const RunningJob job, running_job(init, cell.init_pid));
  TRY_ASSIGN(const std::string cwd, sys::readlinkat(AT_FDCWD, job.proc + "/cwd"));
  TRY_ASSIGN(const std::string environment, read_file(job.proc + "/environ"));
  TRY(join_groups(cell.cgroups));
  TRY(sys::setns(job.pidfd.get(), CLONE_NEWCGROUP | CLONE_NEWTIME));
  TRY(sys::setns(init.get(), CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS));
  const pid_t child = ::fork();
  if (child < 0) return std::unexpected(Error::system("fork", "", errno));
  if (child == 0) run_inside(job, cell.nested, cwd, argv, split_at_zero(environment));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return std::unexpected(Error::system("waitpid", "", errno));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace hermetric
