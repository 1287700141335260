/// What does a program cost that does nothing, without any cell? vfork+exec+wait is what all other suites are compared
/// with; posix_spawn is the same by libc, fork shows what copying page tables adds (see the argument: MiB touched).

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "bench/support.hpp"

namespace hermetric::bench {
namespace {

constexpr std::size_t kMebibyte = 1U << 20;

void wait_for(pid_t pid) {
  int status = 0;
  if (pid < 0 || ::waitpid(pid, &status, 0) != pid || status != 0) give_up("the program failed");
}

void with_vfork(benchmark::State& state, const WorkDirectory& work) {
  const std::vector<std::string> command = {work.program()};
  for (auto _ : state) spawn_and_wait(command);
}

void with_posix_spawn(benchmark::State& state, const WorkDirectory& work) {
  std::string program = work.program();
  std::array<char*, 2> argv = {program.data(), nullptr};
  for (auto _ : state) {
    pid_t pid = -1;
    ::posix_spawn(&pid, program.c_str(), nullptr, nullptr, argv.data(), environ);
    wait_for(pid);
  }
}

void with_fork(benchmark::State& state, const WorkDirectory& work) {
  std::string program = work.program();
  std::array<char*, 2> argv = {program.data(), nullptr};
  const std::vector<char> touched(static_cast<std::size_t>(state.range(0)) * kMebibyte, 'x');
  benchmark::DoNotOptimize(touched.data());
  for (auto _ : state) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execv(program.c_str(), argv.data());
      ::_exit(127);
    }
    wait_for(pid);
  }
}

void add_benchmarks(const WorkDirectory& work) {
  const auto tidy = [](auto* registered) { return registered->UseRealTime()->Unit(benchmark::kMicrosecond); };
  tidy(benchmark::RegisterBenchmark("floor/vfork", [&](auto& state) { with_vfork(state, work); }));
  tidy(benchmark::RegisterBenchmark("floor/posix_spawn", [&](auto& state) { with_posix_spawn(state, work); }));
  tidy(benchmark::RegisterBenchmark("floor/fork", [&](auto& state) { with_fork(state, work); }))->Arg(1)->Arg(64);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::optional<hermetric::bench::WorkDirectory> work;
  return hermetric::bench::run_benchmarks(argc, argv, [&](auto) { hermetric::bench::add_benchmarks(work.emplace()); });
}
