/// What does it cost to run one command as a whole process: hermetric with everything on, beside bubblewrap (which has
/// no groups, no overlay and no report), crun (an OCI runtime, without groups here) and no container at all?

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

#include "bench/support.hpp"

namespace hermetric::bench {
namespace {

constexpr const char* kBubblewrap = "/usr/bin/bwrap";
constexpr const char* kCrun = "/usr/bin/crun";

bool installed(const char* program) {
  if (::access(program, X_OK) == 0) return true;
  std::cerr << "skipped: " << program << " is not installed\n";
  return false;
}

/// The least bundle that runs the program: the host's tree as a read-only root, the namespaces that bwrap's
/// --unshare-all makes. crun's groups are left out: it wants a v1 hierarchy for hugetlb, which hybrid hosts lack.
class Bundle {
 public:
  explicit Bundle(const WorkDirectory& work) : directory_(work.path()) {
    std::ofstream(directory_ + "/config.json")
        << R"({"ociVersion":"1.0.0","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":[")" << work.program()
        << R"("],"env":["PATH=/usr/bin:/bin"],"cwd":"/","noNewPrivileges":true},)"
        << R"("root":{"path":"/","readonly":false},"mounts":[)"
        << R"({"destination":"/proc","type":"proc","source":"proc"},)"
        << R"({"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}],)"
        << R"("linux":{"namespaces":[{"type":"pid"},{"type":"network"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}]}})";
  }

  [[nodiscard]] std::vector<std::string> command() const {
    return {kCrun, "--cgroup-manager=disabled", "run", "--bundle", directory_, "bench-" + std::to_string(::getpid())};
  }

 private:
  std::string directory_;
};

class Bench {
 public:
  Bench() : bundle_(work_) {
    // Its workspace is the current directory.
    if (::chdir(work_.path().c_str()) != 0) give_up("chdir " + work_.path());
    add("hermetric", {HERMETRIC_BENCH_HERMETRIC, "exec", "--", work_.program()});
    add("plain", {work_.program()});
    if (installed(kBubblewrap))
      add("bwrap", {kBubblewrap, "--unshare-all", "--bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs",
                    "/tmp", work_.program()});
    if (installed(kCrun)) {
      if (succeeds(bundle_.command()))
        add("crun", bundle_.command());
      else
        std::cerr << "skipped: crun cannot run a minimal bundle on this host\n";
    }
  }

  ~Bench() { (void)::chdir("/"); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  [[nodiscard]] const std::vector<Rounds::Contender>& contenders() const { return contenders_; }

 private:
  void add(const char* name, std::vector<std::string> command) {
    contenders_.push_back({name, [command = std::move(command)] { return time_of([&] { spawn_and_wait(command); }); }});
  }

  WorkDirectory work_;
  Bundle bundle_;
  std::vector<Rounds::Contender> contenders_;
};

void add_benchmarks(const Bench& bench, benchmark::IterationCount spaced) {
  const auto tidy = [](auto* registered) { return registered->UseManualTime()->Unit(benchmark::kMillisecond); };
  tidy(benchmark::RegisterBenchmark("process/tight", [&](auto& state) { run_rounds(state, bench.contenders()); }));
  tidy(benchmark::RegisterBenchmark("process/spaced", [&](auto& state) {
    run_rounds(state, bench.contenders(), kSpacing);
  }))->Iterations(spaced);
}

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::optional<hermetric::bench::Bench> bench;
  return hermetric::bench::run_benchmarks(
      argc, argv, [&](benchmark::IterationCount spaced) { hermetric::bench::add_benchmarks(bench.emplace(), spaced); });
}
