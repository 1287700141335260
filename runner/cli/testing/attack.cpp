/// A hostile job: `attack NAME...` makes each attempt and prints a line for it, "NAME: " and how it went: an errno's
/// name, or "done". What could hurt beyond its own process is only tried below a PID namespace that is not the one
/// named by HOST_PID_NAMESPACE.

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/ucontext.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

constexpr int kRefused = 99;
constexpr long kX32Bit = 0x40000000;

/// As a system call: -1 and errno, or at least 0.
using Attempt = std::function<long()>;

/// Exits unless this process is in a fresh PID namespace of its own cell.
void prove_fresh_pid_namespace() {
  char name[64] = {};
  const char* host = std::getenv("HOST_PID_NAMESPACE");
  const bool read = ::readlink("/proc/self/ns/pid", name, sizeof name - 1) > 0;
  if (read && host != nullptr && std::strcmp(host, name) != 0 && ::getpid() < 100) return;
  std::fprintf(stderr, "attack: not in a PID namespace of its own: refused\n");
  std::_Exit(kRefused);
}

/// A kernel that has no such entry, as in some virtual machines, answers SIGSEGV: nobody's call is there.
void answer_enosys(int, siginfo_t*, void* context) {
  constexpr greg_t kSizeOfInt80 = 2;
  greg_t* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  registers[REG_RAX] = -ENOSYS;
  registers[REG_RIP] += kSizeOfInt80;
}

long int80(long number) {
  struct sigaction no_entry{};
  no_entry.sa_sigaction = answer_enosys;
  no_entry.sa_flags = SA_SIGINFO;
  struct sigaction before{};
  ::sigaction(SIGSEGV, &no_entry, &before);
  long result = number;
  asm volatile("int $0x80" : "+a"(result) : : "r8", "r9", "r10", "r11", "memory");
  ::sigaction(SIGSEGV, &before, nullptr);
  if (result >= 0) return result;
  errno = static_cast<int>(-result);
  return -1;
}

long connect_to(int family, const sockaddr* address, socklen_t size) {
  const int socket = ::socket(family, SOCK_STREAM, 0);
  if (socket < 0) return -1;
  const int result = ::connect(socket, address, size);
  const int error = errno;
  ::close(socket);
  errno = error;
  return result;
}

/// What the test tells by a variable.
std::string told(const char* variable) {
  const char* value = std::getenv(variable);
  if (value != nullptr) return value;
  std::fprintf(stderr, "attack: %s is not set\n", variable);
  std::exit(kRefused);
}

long connect_abstract() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = told("ABSTRACT_SOCKET");
  std::memcpy(address.sun_path + 1, name.c_str(), name.size());
  return connect_to(AF_UNIX, reinterpret_cast<sockaddr*>(&address),
                    static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size()));
}

long connect_loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(told("LOOPBACK_PORT").c_str())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect_to(AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

long open_by_handle() {
  alignas(file_handle) unsigned char memory[sizeof(file_handle) + MAX_HANDLE_SZ] = {};
  auto* handle = reinterpret_cast<file_handle*>(memory);
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  // Overlays give no handle: the descriptor's own file system is asked. With a made-up one the answer must be the same.
  (void)::name_to_handle_at(AT_FDCWD, "/tmp", handle, &mount, 0);
  const int dir = ::open("/tmp", O_RDONLY | O_DIRECTORY);
  return ::open_by_handle_at(dir, handle, O_RDONLY);
}

/// Types into a terminal of its own: what works here would work on one that a shell of the host reads.
long terminal_ioctl(unsigned long request) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) return -1;
  char letter = 'x';
  const int slave = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
  return slave < 0 ? -1 : ::ioctl(slave, request, &letter);
}

long clone_with(unsigned long flags) {
  const long pid = ::syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) ::_exit(0);
  if (pid > 0) ::waitpid(static_cast<pid_t>(pid), nullptr, 0);
  return pid;
}

long host_pid() { return std::atol(told("HOST_PID").c_str()); }

/// Everything that it can reach, but itself.
long signal_all(int signal) {
  prove_fresh_pid_namespace();
  return ::kill(-1, signal);
}

long perf_event() {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  return ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

long bpf_map() {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = attributes.value_size = 4;
  attributes.max_entries = 1;
  return ::syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
}

long io_uring() {
  io_uring_params parameters{};
  return ::syscall(SYS_io_uring_setup, 1, &parameters);
}

long enter_own_namespace() {
  const int file = ::open("/proc/self/ns/uts", O_RDONLY);
  return file < 0 ? -1 : ::setns(file, 0);
}

long mount_on_tmp(const char* type) { return ::mount(type, "/tmp", type, 0, nullptr); }

const std::map<std::string, Attempt>& attempts() {
  static const std::map<std::string, Attempt> kAttempts = {
      {"add_key", [] { return ::syscall(SYS_add_key, "user", "a", "b", 1, -4); }},
      {"request_key", [] { return ::syscall(SYS_request_key, "user", "a", nullptr, 0); }},
      {"keyctl", [] { return ::syscall(SYS_keyctl, 0, -4, 1); }},
      {"io_uring_setup", io_uring},
      {"userfaultfd", [] { return ::syscall(SYS_userfaultfd, 0); }},
      {"bpf", bpf_map},
      {"perf_event_open", perf_event},
      {"mount_tmpfs", [] { return mount_on_tmp("tmpfs"); }},
      {"mount_proc", [] { return mount_on_tmp("proc"); }},
      {"mount_cgroup", [] { return ::mount("cgroup", "/tmp", "cgroup", 0, "pids"); }},
      {"mount_cgroup2", [] { return mount_on_tmp("cgroup2"); }},
      {"remount_root", [] { return ::mount("", "/", nullptr, MS_REMOUNT | MS_BIND, nullptr); }},
      {"bind_root", [] { return ::mount("/", "/tmp", nullptr, MS_BIND | MS_REC, nullptr); }},
      {"umount_proc", [] { return ::umount2("/proc", MNT_DETACH); }},
      {"pivot_root", [] { return ::syscall(SYS_pivot_root, ".", "."); }},
      {"fsopen", [] { return ::syscall(SYS_fsopen, "tmpfs", 0); }},
      {"open_tree", [] { return ::syscall(SYS_open_tree, AT_FDCWD, "/", 1); }},
      {"move_mount", [] { return ::syscall(SYS_move_mount, AT_FDCWD, "/proc", AT_FDCWD, "/tmp", 0); }},
      {"mount_setattr", [] { return ::syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, nullptr, 0); }},
      {"setns", enter_own_namespace},
      {"unshare_user", [] { return ::unshare(CLONE_NEWUSER); }},
      {"unshare_mount", [] { return ::unshare(CLONE_NEWNS); }},
      {"unshare_network", [] { return ::unshare(CLONE_NEWNET); }},
      {"clone_user", [] { return clone_with(CLONE_NEWUSER); }},
      {"clone_pid", [] { return clone_with(CLONE_NEWPID); }},
      {"clone3", [] { return ::syscall(SYS_clone3, nullptr, 0); }},
      {"open_by_handle_at", open_by_handle},
      {"TIOCSTI", [] { return terminal_ioctl(TIOCSTI); }},
      {"TIOCLINUX", [] { return terminal_ioctl(TIOCLINUX); }},
      {"socket_vsock", [] { return ::socket(AF_VSOCK, SOCK_STREAM, 0); }},
      {"socket_alg", [] { return ::socket(AF_ALG, SOCK_SEQPACKET, 0); }},
      {"socket_packet", [] { return ::socket(AF_PACKET, SOCK_RAW, 0); }},
      {"socket_raw", [] { return ::socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
      {"connect_abstract", connect_abstract},
      {"connect_loopback", connect_loopback},
      {"kexec_load", [] { return ::syscall(SYS_kexec_load, 0, 1, nullptr, 0); }},
      {"init_module", [] { return ::syscall(SYS_init_module, nullptr, 0, ""); }},
      {"reboot", [] { return ::syscall(SYS_reboot, 0, 0, 0, nullptr); }},  // wrong magic: EINVAL if it came through
      {"swapon", [] { return ::syscall(SYS_swapon, nullptr, 0); }},
      {"iopl", [] { return ::syscall(SYS_iopl, 3); }},
      {"clock_settime", [] { return ::syscall(SYS_clock_settime, CLOCK_REALTIME, nullptr); }},
      {"syslog", [] { return ::syscall(SYS_syslog, 10, nullptr, 0); }},  // the size of the kernel's log
      {"personality", [] { return ::syscall(SYS_personality, READ_IMPLIES_EXEC); }},
      {"call_of_i386", [] { return int80(20); }},  // getpid
      {"call_of_x32", [] { return ::syscall(kX32Bit | SYS_getpid); }},
      {"unknown_call", [] { return ::syscall(4000); }},
      {"mknod_block", [] { return ::mknod("disk", S_IFBLK | 0600, makedev(254, 0)); }},
      {"mknod_mem", [] { return ::mknod("mem", S_IFCHR | 0600, makedev(1, 1)); }},
      {"sethostname", [] { return ::sethostname("host", 4); }},
      {"signal_host_process", [] { return ::kill(static_cast<pid_t>(host_pid()), 0); }},
      {"trace_host_process", [] { return ::ptrace(PTRACE_ATTACH, static_cast<pid_t>(host_pid()), nullptr, nullptr); }},
      {"signal_init",
       [] {
         prove_fresh_pid_namespace();
         return ::kill(1, SIGKILL);
       }},
      {"trace_init", [] { return ::ptrace(PTRACE_SEIZE, 1, nullptr, nullptr); }},
      {"kill_all", [] { return signal_all(SIGKILL); }},
      {"stop_all", [] { return signal_all(SIGSTOP); }},
  };
  return kAttempts;
}

/// Every file at or below `path` that opens for writing, one a line. Nothing is written.
void print_writable(const std::filesystem::path& path) {
  struct stat look{};
  if (::lstat(path.c_str(), &look) != 0) return;
  if (S_ISREG(look.st_mode)) {
    const int file = ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) return;
    ::close(file);
    std::printf("%s\n", path.c_str());
  }
  if (!S_ISDIR(look.st_mode)) return;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(path, failed)) print_writable(entry.path());
}

void print_descriptors() {
  for (int fd = 0; fd < 4096; ++fd)
    if (::fcntl(fd, F_GETFD) >= 0) std::printf("%d ", fd);
  std::printf("\n");
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> names(words + 1, words + count);
  if (names.size() == 2 && names[0] == "writable") {
    print_writable(names[1]);
    return 0;
  }
  if (names.size() == 2 && names[0] == "storm") {
    for (long left = std::atol(names[1].c_str()); left > 0; --left) (void)::syscall(SYS_keyctl, 0, -4, 1);
    return 0;
  }
  if (names.size() == 1 && names[0] == "descriptors") {
    print_descriptors();
    return 0;
  }
  if (names.size() == 1 && names[0] == "ids") {
    std::printf("%d %d\n", static_cast<int>(::getuid()), static_cast<int>(::geteuid()));
    return 0;
  }
  for (const std::string& name : names) {
    const auto attempt = attempts().find(name);
    if (attempt == attempts().end()) {
      std::fprintf(stderr, "attack: %s: no such attempt\n", name.c_str());
      return kRefused;
    }
    const long result = attempt->second();
    std::printf("%s: %s\n", name.c_str(), result >= 0 ? "done" : ::strerrorname_np(errno));
    std::fflush(stdout);
  }
}
