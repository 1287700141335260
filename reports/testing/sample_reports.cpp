#include "reports/testing/sample_reports.hpp"

#include <csignal>

#include "reports/model/limit_keys.hpp"

namespace hermetric::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Different, known values for every figure.
ResourceUsage all_figures() {
  ResourceUsage usage;
  std::uint64_t value = 1;
  for_each_measured(usage, [&](std::string_view, Measured& figure) { figure = Measured::of(value++, "counted"); });
  return usage;
}

ResourceUsage ordinary_figures() {
  ResourceUsage usage;
  usage.wall_usec = Measured::of(1'234'567, "monotonic clock");
  usage.cpu.usage_usec = Measured::of(987'654, "cgroup v1 cpuacct");
  usage.memory.peak_bytes = Measured::of(73'400'320, "cgroup v1 memory");
  usage.io.read_bytes = Measured::of(0, "cgroup v1 blkio");
  usage.io.write_bytes = Measured::of(4096, "cgroup v1 blkio");
  usage.pids.peak = Measured::of(12, "cgroup v1 pids");
  usage.counters.cycles = Measured::missing("perf events are not supported by this virtual machine");
  return usage;
}

JobReport ended(std::string name, Outcome outcome) {
  JobReport job;
  job.name = std::move(name);
  job.command = {"sh", "-ec", "make " + job.name};
  job.outcome = std::move(outcome);
  job.resources = ordinary_figures();
  job.phases.setup_total = Duration(2'345);
  job.phases.run = Duration(1'234'567);
  job.isolation = {{}, "host", "none", "hybrid"};
  return job;
}

JobReport never_ran(std::string name, OutcomeStatus status, std::string reason) {
  JobReport job;
  job.name = std::move(name);
  job.outcome = {status, {}, {}, std::move(reason)};
  for_each_measured(job.resources,
                    [](std::string_view, Measured& figure) { figure = Measured::missing("the job did not run"); });
  return job;
}

Limits all_limits() {
  Limits limits;
  limits.memory = mebibytes(512);
  limits.swap = Bytes{0};
  limits.oom = OomPolicy::kFail;
  limits.cpus = 1.5;
  limits.cpuset = "0-3,7";
  limits.cpuset_mems = "0";
  limits.cpu_weight = 200;
  limits.pids = 4096;
  limits.io_weight = 50;
  limits.io_max = {{"8:0", 1'000'000, std::nullopt, std::nullopt, 500}};
  limits.disk = mebibytes(2048);
  limits.open_files = 1024;
  limits.file_size = mebibytes(1024);
  limits.wall_time = seconds(600);
  limits.cpu_time = seconds(300);
  limits.grace = milliseconds(2500);
  limits.output = mebibytes(64);
  return limits;
}

HostReport noisy_host() {
  HostReport host;
  host.hostname = "ci-7";
  host.kernel = "6.18.0";
  host.architecture = "x86_64";
  host.cpu_model = "A CPU @ 3 GHz";
  host.cgroup = "hybrid";
  host.cpus = 2;
  host.cores = Measured::of(2, "sysfs");
  host.packages = Measured::of(1, "sysfs");
  host.nodes = Measured::of(1, "sysfs");
  host.memory = mebibytes(4096);
  host.swap = mebibytes(1024);
  host.capabilities = {
      {"root", {.available = true}},
      {"hardware_counters", {.available = false, .reason = "this machine has none", .remedy = "give it a PMU"}}};
  host.controllers = {{"memory", "v1", {.available = true}},
                      {"cpuset", "", {.available = false, .reason = "no cgroup hierarchy has it"}}};
  host.settings.governor = Setting::of("powersave");
  host.settings.frequency_driver = Setting::of("intel_pstate");
  host.settings.turbo = Setting::of("on");
  host.settings.smt = Setting::of("off");
  host.settings.transparent_hugepages = Setting::of("madvise");
  host.settings.aslr = Setting::of("full");
  host.settings.io_schedulers = {{"sda", "bfq"}};
  std::uint64_t count = 100;
  for_each_activity(host.before, [&](const char*, Measured& figure) { figure = Measured::of(count++, "/proc"); });
  for_each_activity(host.after, [&](const char*, Measured& figure) { figure = Measured::of(count++, "/proc"); });
  host.after.core_throttles = Measured::missing("no CPU has thermal_throttle");
  host.warnings = {"swap is on"};
  return host;
}

}  // namespace

RunReport empty_run() {
  RunReport run;
  run.id = "20260102-030405-0001";
  run.started_at = "2026-01-02T03:04:05.000000Z";
  run.finished_at = "2026-01-02T03:04:11.500000Z";
  run.wall = milliseconds(6500);
  run.tool_version = "0.1.0";
  return run;
}

RunReport full_run() {
  RunReport run = empty_run();
  run.host = noisy_host();
  JobReport job;
  job.name = "test (SEED=1)";
  job.attempt = 2;
  job.command = {"ctest", "--test-dir", "build"};
  job.outcome = {OutcomeStatus::kSignaled, std::nullopt, SIGRTMIN + 3, "ended by SIGRTMIN+3"};
  for (std::size_t stage = 0; stage < kStageCount; ++stage)
    job.phases.stages[stage] = Duration(100 + static_cast<int>(stage));
  job.phases.setup_total = Duration(1'155);
  job.phases.run = Duration(1'234'567);
  job.phases.teardown_total = Duration(565);
  job.resources = all_figures();
  job.limits = all_limits();
  job.isolation = {{{"mnt", 4026532201}, {"net", 4026532210}}, "host", "none", "hybrid"};
  job.inputs = {"01234567-89ab-5cde-8f01-23456789abcd", "/home/ci/project", {"build"}};
  job.from_pool = true;
  job.warnings = {"pattern \"*.log\" matched nothing"};
  job.denied = Denials::of({{"mount", 3}}, "seccomp");
  job.output = {Measured::of(10, "pipe"), Measured::of(20, "pipe"), true};
  job.artifacts = {{"build/test.xml", Bytes{1234}, std::string(64, 'a')}, {"build/link", Bytes{0}, ""}};
  job.samples = {
      milliseconds(100), {"at_usec", "cpu_usage_usec", "memory_bytes"}, {{0, 0, 4096}, {100'000, 99'000, 8192}}};
  run.jobs.push_back(std::move(job));
  return run;
}

RunReport mixed_run() {
  RunReport run = empty_run();
  run.jobs.push_back(ended("configure", {OutcomeStatus::kPassed, 0, {}, {}}));
  run.jobs.push_back(ended("test (SEED=1)", {OutcomeStatus::kFailed, 8, {}, "exited with 8"}));
  JobReport retried = ended("test (SEED=1)", {OutcomeStatus::kPassed, 0, {}, {}});
  retried.attempt = 2;
  run.jobs.push_back(std::move(retried));
  run.jobs.push_back(ended("crash", {OutcomeStatus::kSignaled, {}, SIGSEGV, "ended by SIGSEGV"}));
  run.jobs.push_back(ended("slow", {OutcomeStatus::kTimedOut, {}, SIGKILL, "still running after 10 s"}));
  run.jobs.push_back(ended("spin", {OutcomeStatus::kCpuTimeExceeded, {}, SIGKILL, "used more than 5 s of CPU"}));
  run.jobs.push_back(ended("greedy", {OutcomeStatus::kOutOfMemory, 1, {}, "out of memory at 512 MiB"}));
  run.jobs.push_back(ended("chatty", {OutcomeStatus::kOutputLimit, {}, SIGTERM, "wrote more than 64 MiB"}));
  run.jobs.push_back(ended("hoarder", {OutcomeStatus::kDiskLimit, {}, SIGKILL, "wrote more than 1 GiB to disk"}));
  run.jobs.push_back(ended("stopped", {OutcomeStatus::kCancelled, {}, SIGTERM, "interrupted"}));
  run.jobs.push_back(never_ran("rootless", OutcomeStatus::kSetupFailed, "mount /proc: Operation not permitted"));
  run.jobs.push_back(never_ran("deploy", OutcomeStatus::kSkipped, "needs \"crash\", which did not pass"));
  run.jobs.push_back(ended("évil\x1b[31m\r\nFAKE passed", {OutcomeStatus::kFailed, 1, {}, "said \x1b]0;owned\a"}));
  run.jobs.push_back(ended("a name that goes on and on and on, far longer than any table would like to show it",
                           {OutcomeStatus::kPassed, 0, {}, {}}));
  return run;
}

namespace {

class RandomReport {
 public:
  RandomReport(unsigned seed, std::uint64_t largest) : random_(seed), largest_(largest) {}

  RunReport run() {
    RunReport run = empty_run();
    run.id = "x" + text();
    run.wall = duration();
    run.host = host();
    for (std::uint64_t count = below(4); count > 0; --count) run.jobs.push_back(job());
    return run;
  }

 private:
  std::uint64_t below(std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random_);
  }
  std::uint64_t number() {
    const std::array<std::uint64_t, 4> edges = {0, 1, 1'000'000, largest_};
    return edges[below(edges.size())];
  }
  Duration duration() { return Duration(static_cast<Duration::rep>(number() >> 1)); }
  bool coin() { return below(2) == 0; }
  template <typename T>
  std::optional<T> maybe(T value) {
    return coin() ? std::optional<T>(std::move(value)) : std::nullopt;
  }

  std::string text() {
    constexpr std::array<std::string_view, 7> kPieces = {"a", "\"", "\\", "\n\x1b", "µ", "💡", "\x01/.."};
    std::string text;
    for (std::uint64_t count = below(6); count > 0; --count) text += kPieces[below(kPieces.size())];
    return text;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> list(below(3));
    for (std::string& entry : list) entry = text();
    return list;
  }
  Measured figure() { return coin() ? Measured::of(number(), text()) : Measured::missing("no " + text()); }

  void randomize(std::optional<Bytes>& limit) { limit = maybe(Bytes{number()}); }
  void randomize(std::optional<std::uint64_t>& limit) { limit = maybe(1 + below(10'000)); }
  void randomize(std::optional<double>& limit) { limit = maybe(0.1 * static_cast<double>(1 + below(100))); }
  void randomize(std::optional<std::string>& limit) { limit = maybe(text()); }
  void randomize(std::optional<Duration>& limit) { limit = maybe(duration()); }
  void randomize(Duration& limit) { limit = duration(); }
  void randomize(OomPolicy& policy) { policy = coin() ? OomPolicy::kFail : OomPolicy::kReport; }
  void randomize(std::vector<IoMax>& caps) {
    if (coin()) caps.push_back({text(), maybe(number()), maybe(number()), maybe(number()), maybe(number())});
  }

  Capability capability() { return {.available = coin(), .reason = text(), .remedy = text()}; }
  HostReport host() {
    HostReport host;
    for (std::string* to : {&host.hostname, &host.kernel, &host.architecture, &host.cpu_model}) *to = text();
    host.cgroup = "v2";
    host.cpus = maybe(number());
    for (Measured* to : {&host.cores, &host.packages, &host.nodes}) *to = figure();
    host.memory = maybe(Bytes{number()});
    host.swap = maybe(Bytes{number()});
    if (coin()) host.capabilities = {{text(), capability()}, {text(), capability()}};
    if (coin()) host.controllers = {{text(), coin() ? "v1" : "", capability()}};
    for (Setting* to : {&host.settings.governor, &host.settings.frequency_driver, &host.settings.transparent_hugepages})
      *to = coin() ? Setting::of(text()) : Setting::missing("no " + text());
    if (coin()) host.settings.io_schedulers = {{"d" + text(), text()}};
    for_each_activity(host.before, [&](const char*, Measured& to) { to = figure(); });
    for_each_activity(host.after, [&](const char*, Measured& to) { to = figure(); });
    host.warnings = texts();
    return host;
  }

  JobReport job() {
    JobReport job;
    job.name = text();
    job.attempt = static_cast<unsigned>(1 + below(UINT32_MAX));
    job.command = texts();
    job.outcome = {static_cast<OutcomeStatus>(below(kOutcomeStatusNames.size())), maybe(static_cast<int>(below(256))),
                   maybe(static_cast<int>(1 + below(64))), maybe(text())};
    for (Duration& stage : job.phases.stages) stage = duration();
    job.phases.setup_total = duration();
    job.phases.run = duration();
    job.phases.teardown_total = duration();
    for_each_measured(job.resources, [&](std::string_view, Measured& to) { to = figure(); });
    for_each_limit(job.limits, [&](std::string_view, auto& limit) { randomize(limit); });
    job.isolation = {{{"net", number()}, {"m" + text(), number()}}, text(), text(), coin() ? "v1" : ""};
    if (coin()) job.inputs = {"s" + text(), "/" + text(), texts()};
    job.from_pool = coin();
    job.warnings = texts();
    if (coin()) job.denied = coin() ? Denials::of({{text(), number()}}, text()) : Denials::missing(text());
    job.output = {figure(), figure(), coin()};
    if (coin()) job.artifacts.push_back({text(), Bytes{number()}, coin() ? std::string(64, 'f') : ""});
    if (coin()) job.samples = {duration(), texts(), {{}, {number(), number()}}};
    return job;
  }

  std::mt19937 random_;
  std::uint64_t largest_;
};

}  // namespace

RunReport random_run(unsigned seed, std::uint64_t largest) { return RandomReport(seed, largest).run(); }

}  // namespace hermetric::testing
