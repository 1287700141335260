#include "bench/support.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string_view>
#include <thread>

#include "isolation/host/probe.hpp"
#include "isolation/sys/clock.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kSkipped = 77;
constexpr double kMilliseconds = 1e3;
constexpr benchmark::IterationCount kSpacedRounds = 100;

std::string first_line_of(const std::string& path) {
  const std::string text = read_file(path).value_or("");
  return text.substr(0, text.find('\n'));
}

void add_context() {
  const HostCapabilities host = probe_host();
  const auto add = [](const char* key, const std::string& value) {
    benchmark::AddCustomContext(key, value.empty() ? "unknown" : value);
  };
  add("kernel", host.kernel_release);
  add("cgroup_layout", std::string(name_of(host.cgroup_layout)));
  add("cpu_model", host.cpu_model.value_or(""));
  add("governor", first_line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  add("load_at_start", first_line_of("/proc/loadavg"));
}

bool root_is_required() {
  const char* list = std::getenv("HERMETRIC_REQUIRE");
  std::istringstream words(list != nullptr ? list : "");
  for (std::string word; std::getline(words, word, ',');)
    if (word == "root") return true;
  return false;
}

}  // namespace

WorkDirectory::WorkDirectory() {
  // Not in /tmp or /var/tmp: bwrap and firejail show empty ones.
  std::string name = "/var/lib/hermetric-bench-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) give_up("mkdtemp " + name + ": " + std::strerror(errno));
  path_ = std::move(name);
  fs::permissions(path_, fs::perms(0755));
  fs::copy_file(HERMETRIC_BENCH_TRUE, program());
}

WorkDirectory::~WorkDirectory() { (void)remove_tree(path_); }

void add_files(const std::string& directory, std::int64_t count) {
  constexpr std::int64_t kFilesInFolder = 100;
  need(make_directories(directory));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string folder = directory + "/" + std::to_string(i / kFilesInFolder);
    if (i % kFilesInFolder == 0) need(make_directories(folder));
    need(sys::open(folder + "/" + std::to_string(i), O_WRONLY | O_CREAT | O_EXCL, 0644));
  }
}

Sample time_of(const std::function<void()>& action) {
  const std::uint64_t begin = monotonic_nanoseconds();
  action();
  return static_cast<double>(monotonic_nanoseconds() - begin) / 1e9;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double median_ratio(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) ratios.push_back(a[i] / b[i]);
  return median(std::move(ratios));
}

Rounds::Rounds(std::vector<Contender> contenders) : contenders_(std::move(contenders)), samples_(contenders_.size()) {}

Sample Rounds::run(std::chrono::milliseconds pause) {
  for (std::size_t i = 0; i < contenders_.size(); ++i) {
    const std::size_t turn = (rounds_ + i) % contenders_.size();
    std::this_thread::sleep_for(pause);
    samples_[turn].push_back(contenders_[turn].run());
  }
  ++rounds_;
  return samples_.front().back();
}

void Rounds::report(benchmark::State& state) const {
  for (std::size_t i = 0; i < contenders_.size(); ++i) {
    const std::string& name = contenders_[i].name;
    state.counters[name + "_ms"] = median(samples_[i]) * kMilliseconds;
    state.counters[name + "_best_ms"] = *std::ranges::min_element(samples_[i]) * kMilliseconds;
    if (i > 0) state.counters["to_" + name] = median_ratio(samples_.front(), samples_[i]);
  }
  state.counters["rounds"] = static_cast<double>(rounds_);
}

void run_rounds(benchmark::State& state, std::vector<Rounds::Contender> contenders, std::chrono::milliseconds pause) {
  Rounds rounds(std::move(contenders));
  for (auto _ : state) state.SetIterationTime(rounds.run(pause));
  rounds.report(state);
}

void add_rounds(const std::string& name, const std::vector<Rounds::Contender>& contenders,
                benchmark::IterationCount spaced, bool few) {
  const auto add = [&](const std::string& variant, std::chrono::milliseconds pause) {
    const auto run = [=](auto& state) { run_rounds(state, contenders, pause); };
    return benchmark::RegisterBenchmark((name + variant).c_str(), run)->UseManualTime()->Unit(benchmark::kMillisecond);
  };
  auto* tight = add("/tight", {});
  if (few) tight->Iterations(spaced);
  add("/spaced", kSpacing)->Iterations(spaced);
}

void enter_own_mount_namespace() {
  need(sys::unshare(CLONE_NEWNS));
  need(sys::mount("", "/", nullptr, MS_REC | MS_SLAVE, ""));
}

bool succeeds(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  // vfork is the floor that all else is measured against: posix_spawn does more.
  // NOLINTBEGIN(bugprone-unsafe-functions,clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
  const pid_t pid = ::vfork();
  if (pid == 0) {
    for (const int stream : {0, 1, 2}) ::dup2(null, stream);
    ::execv(argv.front(), argv.data());
    ::_exit(127);
  }
  // NOLINTEND(bugprone-unsafe-functions,clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
  ::close(null);
  int status = 0;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && status == 0;
}

void spawn_and_wait(const std::vector<std::string>& command) {
  if (!succeeds(command)) give_up(command.front() + " failed");
}

void give_up(const std::string& why) {
  std::cerr << "benchmark: " << why << '\n';
  std::exit(1);
}

int run_benchmarks(int argc, char** argv, const AddBenchmarks& add) {
  if (::geteuid() != 0) {
    std::cerr << "skipped: namespaces, mounts and cgroups need root\n";
    return root_is_required() ? 1 : kSkipped;
  }
  std::vector<char*> arguments(argv, argv + argc);
  const bool smoke = std::erase_if(arguments, [](const char* word) { return std::string_view(word) == "--smoke"; }) > 0;
  std::string once = "--benchmark_min_time=0";
  if (smoke) arguments.push_back(once.data());
  argc = static_cast<int>(arguments.size());
  argv = arguments.data();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  add_context();
  add(smoke ? 1 : kSpacedRounds);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace hermetric::bench
