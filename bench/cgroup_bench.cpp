/// What do a job's groups cost on this host's layout: made and capped, entered, read, removed, through CgroupDriver.
/// Beside each other in a tight loop and with 60 ms between: the kernel's locks show only in the latter.

#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <thread>

#include "bench/support.hpp"
#include "isolation/cgroup/cgroup.hpp"
#include "isolation/sys/clock.hpp"

namespace hermetric::bench {
namespace {

constexpr double kMicroseconds = 1e6;

/// Seconds that a child which was cloned into the leaf took to join the other groups. It shares one page with us.
class Joiner {
 public:
  Joiner() {
    void* page = ::mmap(nullptr, sizeof(Sample), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) give_up("mmap");
    sample_ = static_cast<Sample*>(page);
  }
  ~Joiner() { ::munmap(sample_, sizeof(Sample)); }
  Joiner(const Joiner&) = delete;
  Joiner& operator=(const Joiner&) = delete;

  Sample join(const CgroupEntry& entry) {
    clone_args args{};
    args.flags = entry.leaf_fd >= 0 ? CLONE_INTO_CGROUP : 0;
    args.exit_signal = SIGCHLD;
    args.cgroup = entry.leaf_fd >= 0 ? static_cast<std::uint64_t>(entry.leaf_fd) : 0;
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
    if (pid == 0) {
      bool joined = true;
      *sample_ = time_of([&] {
        for (const int tasks : entry.tasks_fds) joined = ::write(tasks, "0", 1) == 1 && joined;
      });
      ::_exit(joined ? 0 : 1);
    }
    int status = 0;
    if (pid < 0 || ::waitpid(pid, &status, 0) != pid || status != 0) give_up("a child could not join the groups");
    return *sample_;
  }

 private:
  Sample* sample_;
};

CgroupRequest request() {
  CgroupRequest request;
  request.limits.memory = Bytes{512U << 20};
  request.limits.pids = 4096;
  return request;
}

/// One job's groups, from birth to removal. The time is the sum of the four parts, which are counters as well.
void live_and_die(benchmark::State& state, CgroupDriver& driver, std::chrono::milliseconds pause) {
  Joiner joiner;
  std::vector<double> create, join, read, remove;
  for (auto _ : state) {
    std::this_thread::sleep_for(pause);
    const std::string name =
        "hermetric-bench-" + std::to_string(::getpid()) + "-" + std::to_string(monotonic_nanoseconds());
    std::unique_ptr<Cgroup> group;
    create.push_back(time_of([&] { group = need(driver.create(name, request())); }));
    join.push_back(joiner.join(group->entry()));
    read.push_back(time_of([&] {
      ResourceUsage usage;
      group->read_usage(usage);
    }));
    remove.push_back(time_of([&] { need(group->remove()); }));
    state.SetIterationTime(create.back() + join.back() + read.back() + remove.back());
  }
  for (const auto& [counter, samples] :
       {std::pair("create_us", &create), {"join_us", &join}, {"read_us", &read}, {"remove_us", &remove}})
    state.counters[counter] = median(*samples) * kMicroseconds;
}

void add_benchmarks(CgroupDriver& driver, benchmark::IterationCount spaced) {
  const auto tidy = [](auto* registered) { return registered->UseManualTime()->Unit(benchmark::kMicrosecond); };
  tidy(benchmark::RegisterBenchmark("cgroup/tight", [&](auto& state) { live_and_die(state, driver, {}); }));
  tidy(benchmark::RegisterBenchmark("cgroup/spaced", [&](auto& state) {
    live_and_die(state, driver, kSpacing);
  }))->Iterations(spaced);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::unique_ptr<hermetric::CgroupDriver> driver;
  return hermetric::bench::run_benchmarks(argc, argv, [&](benchmark::IterationCount spaced) {
    driver = hermetric::bench::need(hermetric::find_cgroups());
    hermetric::bench::add_benchmarks(*driver, spaced);
  });
}
