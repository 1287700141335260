/// What does each namespace cost: a child that is made with it and ends at once, alone and in the order in which
/// hermetric's init gets them. Destruction of some (network, IPC) goes on in the kernel after the wait.

#include <linux/sched.h>
#include <sys/wait.h>

#include <array>

#include "bench/support.hpp"
#include "isolation/process/child.hpp"
#include "isolation/process/launcher.hpp"
#include "isolation/process/raw_syscall.hpp"

namespace hermetric::bench {
namespace {

struct Namespace {
  const char* name;
  std::uint64_t flag;
};

constexpr std::array<Namespace, 8> kNamespaces = {{{"none", 0},
                                                   {"mount", CLONE_NEWNS},
                                                   {"pid", CLONE_NEWPID},
                                                   {"ipc", CLONE_NEWIPC},
                                                   {"uts", CLONE_NEWUTS},
                                                   {"network", CLONE_NEWNET},
                                                   {"user", CLONE_NEWUSER},
                                                   {"cgroup", CLONE_NEWCGROUP}}};

void exit_at_once(void*) {
  for (;;) raw::call(SYS_exit_group, 0);
}

/// clone3 with CLONE_VM, as hermetric launches, exit and wait.
void clone_and_wait(benchmark::State& state, std::uint64_t flags) {
  const ChildMemory memory = need(ChildMemory::create());
  for (auto _ : state) {
    const RawChild child =
        need(clone_sharing_memory(flags, memory.init_stack(), ChildMemory::kStackSize, exit_at_once, nullptr));
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED | __WALL) != 0) give_up("waitid");
  }
}

void add_benchmarks() {
  std::uint64_t together = 0;
  const auto add = [](const std::string& name, std::uint64_t flags) {
    benchmark::RegisterBenchmark(name.c_str(), clone_and_wait, flags)->UseRealTime()->Unit(benchmark::kMicrosecond);
  };
  for (const Namespace& each : kNamespaces) add(std::string("namespace/alone/") + each.name, each.flag);
  for (const Namespace& each : kNamespaces)
    add(std::string("namespace/with_those_above/") + each.name, together |= each.flag);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  return hermetric::bench::run_benchmarks(argc, argv, [](auto) { hermetric::bench::add_benchmarks(); });
}
