/// What does the system call filter cost: compiled by libseccomp (which happens when hermetric is built), loaded, and
/// in each call that it allows? A filter stays with its process, so each sample is taken in a child of its own.

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "bench/support.hpp"
#include "isolation/sandbox/seccomp_compiler.hpp"
#include "isolation/sandbox/seccomp_filter.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric::bench {
namespace {

struct Filter {
  std::string name;
  SeccompProgram program;
  unsigned flags;
};

Filter plain() { return {"plain", syscall_filter(false).plain, 0}; }
Filter counting() { return {"counting", syscall_filter(false).counting, SECCOMP_FILTER_FLAG_NEW_LISTENER}; }

/// The listener stays open: without one, what is counted is denied.
void load(const Filter& filter) {
  if (load_syscall_filter(filter.program, filter.flags) < 0) give_up("a filter cannot be loaded");
}

/// What `measure` found in a child of its own.
Sample in_child(const std::function<Sample()>& measure) {
  const sys::Pipe pipe = need(sys::pipe2(0));
  const pid_t child = ::fork();
  Sample sample = 0;
  if (child == 0) {
    sample = measure();
    ::_exit(::write(pipe.write_end.get(), &sample, sizeof sample) == sizeof sample ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) give_up("a child failed");
  if (::read(pipe.read_end.get(), &sample, sizeof sample) != sizeof sample) give_up("a child said nothing");
  return sample;
}

Sample time_to_load(const Filter& filter) {
  return in_child([&] { return time_of([&] { load(filter); }); });
}

Sample time_to_compile() {
  return time_of([] { benchmark::DoNotOptimize(need(compile_syscall_filter(false))); });
}

/// A system call that the filter allows, and that costs the kernel next to nothing.
struct Call {
  const char* name;
  long number;
};

/// A million calls: milliseconds of all are nanoseconds of one.
Sample time_to_call(const Call& call) {
  return time_of([&] {
    for (int i = 0; i < 1'000'000; ++i) ::syscall(call.number, -1, 0, 0);
  });
}

Sample time_to_call_under(const Filter& filter, const Call& call) {
  return in_child([&] {
    load(filter);
    return time_to_call(call);
  });
}

void add_benchmarks(benchmark::IterationCount spaced) {
  add_rounds("seccomp/load",
             {{"counting", [] { return time_to_load(counting()); }},
              {"plain", [] { return time_to_load(plain()); }},
              {"compile", time_to_compile}},
             spaced);
  // getpid(2) is allowed whatever its arguments; of ioctl(2) the filter looks at one.
  for (const Call& call : {Call{"getpid", SYS_getpid}, Call{"ioctl", SYS_ioctl}})
    for (const Filter& filter : {plain(), counting()})
      benchmark::RegisterBenchmark(
          ("seccomp/" + std::string(call.name) + "/" + filter.name).c_str(),
          [=](auto& state) {
            run_rounds(state, {{filter.name, [&] { return time_to_call_under(filter, call); }},
                               {"free", [&] { return in_child([&] { return time_to_call(call); }); }}});
          })
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond)
          ->Iterations(spaced == 1 ? 1 : 25);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  return hermetric::bench::run_benchmarks(argc, argv, hermetric::bench::add_benchmarks);
}
