/// A program that costs a known amount of one thing: `known_load KIND [N]`. Accounting is tested against it. It prints
/// what it did itself know to have used, where that is not exactly what was asked for.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

namespace {

constexpr std::size_t kMebibyte = 1U << 20;
constexpr std::size_t kBlock = 1U << 20;

void fail(const char* what) {
  std::perror(what);
  std::exit(99);
}

double seconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void burn(double cpu_seconds) {
  while (seconds(CLOCK_PROCESS_CPUTIME_ID) < cpu_seconds) {
  }
}

/// Milliseconds of CPU in a process that nobody waits for: double fork, own session, its parents gone.
void orphan(long milliseconds) {
  int done[2];
  if (::pipe(done) != 0) fail("pipe");
  if (::fork() == 0) {
    if (::fork() == 0) {
      ::setsid();
      burn(static_cast<double>(milliseconds) / 1e3);
      ::_exit(0);
    }
    ::_exit(0);
  }
  ::wait(nullptr);
  ::close(done[1]);
  char byte = 0;
  (void)!::read(done[0], &byte, 1);  // its end: the orphan has let go of the pipe
}

/// Milliseconds of CPU that a dead child has used, its end included: proc_pid_schedstat, first field, ns.
double used_by_dead(pid_t pid) {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0) fail("waitid");
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
  std::FILE* file = std::fopen(path, "r");
  unsigned long long nanoseconds = 0;
  if (file == nullptr || std::fscanf(file, "%llu", &nanoseconds) != 1) fail(path);
  std::fclose(file);
  return static_cast<double>(nanoseconds) / 1e6;
}

/// `count` children of 2 ms each; every second one is never reaped. Prints what all together have used, in ms.
void children(long count) {
  std::unique_ptr<pid_t[]> left(new pid_t[static_cast<std::size_t>(count)]);
  double used = 0;
  for (long i = 0; i < count; ++i) {
    const pid_t pid = ::fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
      burn(2e-3);
      ::_exit(0);
    }
    left[static_cast<std::size_t>(i)] = pid;
    if (i % 2 != 0) continue;
    used += used_by_dead(pid);
    ::waitpid(pid, nullptr, 0);
  }
  for (long i = 1; i < count; i += 2) used += used_by_dead(left[static_cast<std::size_t>(i)]);
  std::printf("%.3f\n", used + 1e3 * seconds(CLOCK_PROCESS_CPUTIME_ID));
}

void touch(long mebibytes, int kind, int processes) {
  const auto size = static_cast<std::size_t>(mebibytes) * kMebibyte;
  if (size == 0) {
    errno = EINVAL;
    fail("size");
  }
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  for (int i = 0; i < processes; ++i) {
    if (i > 0 && ::fork() != 0) continue;
    std::memset(memory, 1, size);
    if (i > 0) ::_exit(0);
  }
  while (::wait(nullptr) > 0) {
  }
}

struct Block {
  std::unique_ptr<void, decltype(&std::free)> memory{std::aligned_alloc(4096, kBlock), &std::free};
  Block() { std::memset(memory.get(), 'x', kBlock); }
};

void write_file(long mebibytes, const char* path, int flags) {
  const Block block;
  const int file = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | flags, 0644);
  if (file < 0) fail(path);
  for (long i = 0; i < mebibytes; ++i)
    if (::write(file, block.memory.get(), kBlock) != static_cast<ssize_t>(kBlock)) fail("write");
  ::close(file);
}

void read_file(long mebibytes, const char* path, int flags) {
  const Block block;
  const int file = ::open(path, O_RDONLY | flags);
  if (file < 0) fail(path);
  if (flags == 0) ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  for (long i = 0; i < mebibytes; ++i)
    if (::read(file, block.memory.get(), kBlock) != static_cast<ssize_t>(kBlock)) fail("read");
  ::close(file);
}

/// Mebibytes in datagrams on the loopback interface, which adds 28 bytes to each. A stream would add acknowledgements,
/// whose number depends on when its reader runs.
void network(long mebibytes) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  if (socket < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), length) != 0) fail("bind");
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), length) != 0) fail("connect");
  constexpr std::size_t kDatagram = kBlock / 32;
  const Block block;
  for (long i = 0; i < 32 * mebibytes; ++i)
    if (::send(socket, block.memory.get(), kDatagram, 0) != static_cast<ssize_t>(kDatagram)) fail("send");
}

/// The program itself and `count` children, all alive at the same moment.
void tree(long count) {
  int release[2];
  if (::pipe(release) != 0) fail("pipe");
  for (long i = 0; i < count; ++i)
    if (::fork() == 0) {
      ::close(release[1]);
      char byte = 0;
      (void)!::read(release[0], &byte, 1);
      ::_exit(0);
    }
  ::close(release[1]);
  while (::wait(nullptr) > 0) {
  }
}

/// CPU-bound processes side by side.
void side_by_side(long processes) {
  for (long i = 0; i < processes; ++i)
    if (::fork() == 0) {
      burn(0.2);
      ::_exit(0);
    }
  while (::wait(nullptr) > 0) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view kind = argc > 1 ? argv[1] : "";
  const long amount = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 0;
  const char* path = argc > 3 ? argv[3] : "load";
  if (kind == "burn")
    burn(static_cast<double>(amount) / 1e3);
  else if (kind == "orphan")
    orphan(amount);
  else if (kind == "children")
    children(amount);
  else if (kind == "anon")
    touch(amount, MAP_PRIVATE, 1);
  else if (kind == "shared")
    touch(amount, MAP_SHARED, 8);
  else if (kind == "write-direct")
    write_file(amount, path, O_DIRECT);
  else if (kind == "read-direct")
    read_file(amount, path, O_DIRECT);
  else if (kind == "write")
    write_file(amount, path, 0);
  else if (kind == "read-cold")
    read_file(amount, path, 0);
  else if (kind == "network")
    network(amount);
  else if (kind == "tree")
    tree(amount);
  else if (kind == "side-by-side")
    side_by_side(amount);
  else
    return 98;
  return 0;
}
