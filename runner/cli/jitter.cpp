#include "runner/cli/jitter.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "isolation/sys/clock.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

constexpr std::uint64_t kAdditions = 2'000'000;
constexpr std::size_t kMemoryBytes = 32 << 20;
constexpr std::size_t kFileBytes = 256 << 10;

double cpu_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e3;
}

/// Each step needs the one before, so it takes the same cycles on a given processor.
void calculate() {
  std::uint64_t state = 1;
  for (std::uint64_t i = 0; i < kAdditions; ++i) state = (state ^ (state >> 29)) * 0xbf58476d1ce4e5b9U + i;
  asm volatile("" : : "r"(state));
}

void use_memory(std::vector<unsigned char>& block) {
  std::memset(block.data(), static_cast<int>(block[0] + 1), block.size());
  asm volatile("" : : "r"(block.data()) : "memory");
}

/// Has no name: nothing is left behind however this ends.
Status write_file(const std::string& directory, const std::vector<unsigned char>& block) {
  const int fd = ::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return std::unexpected(Error::system("open O_TMPFILE", directory, errno));
  const Fd file(fd);
  if (::write(fd, block.data(), kFileBytes) != static_cast<ssize_t>(kFileBytes))
    return std::unexpected(Error::system("write", directory, errno));
  if (::fdatasync(fd) != 0) return std::unexpected(Error::system("fdatasync", directory, errno));
  return {};
}

template <typename Work>
Status time(Jitter& jitter, Work&& work) {
  const double cpu = cpu_microseconds();
  const auto wall = static_cast<double>(monotonic_nanoseconds());
  TRY(work());
  jitter.wall_usec.push_back((static_cast<double>(monotonic_nanoseconds()) - wall) / 1e3);
  jitter.cpu_usec.push_back(cpu_microseconds() - cpu);
  return {};
}

}  // namespace

Result<std::vector<Jitter>> measure_jitter(double seconds, const std::string& directory) {
  std::vector<Jitter> kinds = {{"cpu", "arithmetic in registers", {}, {}},
                               {"memory", "32 MiB written", {}, {}},
                               {"io", "256 KiB written to " + directory + " and synced", {}, {}}};
  std::vector<unsigned char> block(kMemoryBytes, 1);
  const auto end = static_cast<double>(monotonic_nanoseconds()) + 1e9 * seconds;
  while (static_cast<double>(monotonic_nanoseconds()) < end || kinds[0].wall_usec.size() < 2) {
    TRY(time(kinds[0], [] { return calculate(), Status{}; }));
    TRY(time(kinds[1], [&] { return use_memory(block), Status{}; }));
    TRY(time(kinds[2], [&] { return write_file(directory, block); }));
  }
  return kinds;
}

}  // namespace hermetric
