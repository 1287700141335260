#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace hermetric::testing {

/// Makes one system call of a program, or of what it starts, fail from outside: the program has a seccomp filter that
/// asks this process about each call that acquires, changes or removes something (seccomp_unotify(2)). What a child
/// does after its own execve(2) is its own business and goes on unasked.
class FaultInjector {
 public:
  struct Fault {
    std::size_t index;  ///< of the call that shall fail, among all that are asked about, from 0
    int error;
  };
  struct Result {
    int status = 0;         ///< as wait(2) gives it
    std::size_t calls = 0;  ///< that were asked about
    int failed_call = -1;   ///< its number
    bool hung = false;      ///< killed after the patience was over
  };

  /// Forks; `child` runs in the child under the filter and executes the program. Returns when all that it started has
  /// ended or was left by a hung program. `pid` is set before anything is asked.
  static Result run(const std::function<void()>& child, std::optional<Fault> fault, pid_t& pid) {
    auto* listener_number = static_cast<std::atomic<int>*>(
        ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    *listener_number = -1;
    pid = ::fork();
    if (pid == 0) {
      *listener_number = install_filter();
      child();
      ::_exit(99);
    }
    while (*listener_number == -1) std::this_thread::yield();
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    const int listener = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, listener_number->load(), 0));
    Result result = FaultInjector(listener, pid, fault).serve();
    ::close(listener);
    ::close(pidfd);
    ::munmap(listener_number, sizeof *listener_number);
    return result;
  }

 private:
  static constexpr auto kPatience = std::chrono::seconds(20);
  static constexpr std::array kCalls = {
      SYS_clone,       SYS_clone3,          SYS_execve,     SYS_mkdir,          SYS_mkdirat,
      SYS_mount,       SYS_umount2,         SYS_unshare,    SYS_setns,          SYS_pivot_root,
      SYS_sethostname, SYS_setdomainname,   SYS_mknodat,    SYS_symlinkat,      SYS_symlink,
      SYS_socket,      SYS_ioctl,           SYS_open,       SYS_openat,         SYS_open_tree,
      SYS_move_mount,  SYS_mount_setattr,   SYS_chdir,      SYS_prlimit64,      SYS_setgroups,
      SYS_setresuid,   SYS_setresgid,       SYS_prctl,      SYS_seccomp,        SYS_dup3,
      SYS_setsid,      SYS_write,           SYS_pwrite64,   SYS_fcntl,          SYS_pidfd_open,
      SYS_eventfd2,    SYS_pipe2,           SYS_mmap,

      SYS_fchownat,    SYS_fchmodat,        SYS_unlink,     SYS_unlinkat,       SYS_rmdir,
      SYS_rename,      SYS_renameat,        SYS_renameat2,  SYS_link,           SYS_linkat,
      SYS_poll,        SYS_ppoll,           SYS_read,       SYS_pread64,        SYS_newfstatat,
      SYS_statfs,      SYS_getdents64,      SYS_readlinkat, SYS_readlink,       SYS_fsync,
      SYS_flock,       SYS_setxattr,        SYS_lsetxattr,  SYS_ftruncate,      SYS_fallocate,
      SYS_close_range, SYS_copy_file_range, SYS_sendfile,   SYS_perf_event_open};

  FaultInjector(int listener, pid_t program, std::optional<Fault> fault)
      : listener_(listener), program_(program), fault_(fault) {}

  static int install_filter() {
    std::vector<sock_filter> program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (std::size_t i = 0; i < kCalls.size(); ++i)
      program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(kCalls[i]),
                                 static_cast<std::uint8_t>(kCalls.size() - i), 0));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                      SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
                                      &filter));
  }

  Result serve() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    bool ended = false;
    for (;;) {
      pollfd ready{listener_, POLLIN, 0};
      ::poll(&ready, 1, 20);
      if ((ready.revents & POLLIN) != 0) answer();
      ended = ended || ::waitpid(program_, &result_.status, WNOHANG) == program_;
      if ((ready.revents & POLLHUP) != 0) break;
      if (std::chrono::steady_clock::now() > deadline) {
        result_.hung = true;
        break;
      }
    }
    if (result_.hung) ::kill(program_, SIGKILL);
    if (!ended) ::waitpid(program_, &result_.status, 0);
    return result_;
  }

  void answer() {
    seccomp_notif call{};
    if (::ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return;
    seccomp_notif_resp response{};
    response.id = call.id;
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (is_asked_about(call)) {
      if (fault_ && fault_->index == result_.calls) {
        response.flags = 0;
        response.error = -fault_->error;
        result_.failed_call = call.data.nr;
      }
      ++result_.calls;
    }
    // The first is the program itself.
    if (call.data.nr == SYS_execve && response.error == 0 && std::exchange(executed_, true))
      on_their_own_.insert(static_cast<pid_t>(call.pid));
    ::ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &response);
  }

  /// Not memory of the process's own, and not what it says on its standard streams.
  [[nodiscard]] bool is_asked_about(const seccomp_notif& call) const {
    const auto& arguments = call.data.args;
    if (!executed_ || on_their_own_.contains(static_cast<pid_t>(call.pid))) return false;
    if (call.data.nr == SYS_mmap) return (arguments[3] & MAP_SHARED) != 0;
    // Eight bytes are an eventfd's, where write(2) does not fail.
    if (call.data.nr == SYS_write) return arguments[0] > STDERR_FILENO && arguments[2] != sizeof(std::uint64_t);
    return true;
  }

  int listener_;
  pid_t program_;
  std::optional<Fault> fault_;
  bool executed_ = false;
  std::set<pid_t> on_their_own_;
  Result result_;
};

}  // namespace hermetric::testing
