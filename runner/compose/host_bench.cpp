#include "runner/compose/host_bench.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "isolation/sys/files.hpp"
#include "isolation/sys/scope_exit.hpp"
#include "reports/stats/medians.hpp"
#include "runner/compose/bench_cells.hpp"
#include "runner/compose/host_command.hpp"
#include "runner/compose/peers.hpp"

namespace hermetric {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr const char* kProgram = "/bin/true";
constexpr std::chrono::milliseconds kPause(60);

struct Contender {
  BenchRow row;
  std::function<Result<double>()> run;
};

Result<double> time_of(const std::function<Status()>& action) {
  const auto begin = std::chrono::steady_clock::now();
  TRY(action());
  return Seconds(std::chrono::steady_clock::now() - begin).count();
}

Contender process(std::string name, std::string remark, std::vector<std::string> command) {
  return {{std::move(name), std::move(remark), {}, {}}, [command = std::move(command)] {
            return time_of([&] { return run_on_host(command, Complaints::kDropped); });
          }};
}

std::vector<Contender> own_contenders(BenchCells& cells, const std::string& executable) {
  return {process("no container", "the program alone", {kProgram}),
          {{"hermetric, cell made ahead", "from its release to its death", {}, {}},
           [&cells]() -> Result<double> {
             TRY_ASSIGN(const BenchCells::FromPool times, cells.from_pool());
             return Seconds(times.to_death).count();
           }},
          {{"hermetric, cold job", "in a running hermetric run", {}, {}},
           [&cells] { return time_of([&] { return cells.cold(); }); }},
          process("hermetric exec", "a process of its own", {executable, "exec", "--", kProgram})};
}

/// A first run each, not counted: what cannot run is left out with the reason.
void add_peers(const std::string& root, const std::string& directory, std::vector<Contender>& contenders,
               HostBench& bench) {
  for (const Peer& peer : peers_for(kProgram, root, directory)) {
    if (!is_installed(peer))
      bench.skipped.push_back({peer.name, "not installed"});
    else if (auto ran = run_on_host(peer.command, Complaints::kDropped); !ran)
      bench.skipped.push_back({peer.name, "cannot run a program on this host: " + ran.error().message()});
    else
      contenders.push_back(process(peer.name, "without " + peer.leaves_out, peer.command));
  }
}

/// Every round begins with another one.
Status run_rounds(std::vector<Contender>& contenders, unsigned rounds, std::vector<double> BenchRow::* times,
                  std::chrono::milliseconds pause, const Event& interrupt) {
  for (unsigned round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      if (interrupt.is_set()) return std::unexpected(Error("interrupted"));
      Contender& contender = contenders[(round + i) % contenders.size()];
      std::this_thread::sleep_for(pause);
      TRY_ASSIGN(const double seconds, contender.run());
      (contender.row.*times).push_back(seconds);
    }
  return {};
}

JobSpec job_in(const std::string& directory) {
  JobSpec job;
  job.name = "bench";
  job.command = {kProgram};
  job.workspace = directory;
  return job;
}

}  // namespace

Result<HostBench> bench_host(Session& session, const HostBenchOptions& options) {
  std::string directory = "/var/tmp/hermetric-bench-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) return std::unexpected(Error::system("mkdtemp", directory, errno));
  const ScopeExit remove([&] { (void)remove_tree(directory); });
  std::filesystem::permissions(directory, std::filesystem::perms(0755));  // for users of a container
  const std::string before = std::filesystem::current_path().string();
  std::filesystem::current_path(directory);  // the workspace of `exec`
  const ScopeExit go_back([&] { (void)::chdir(before.c_str()); });

  TRY_ASSIGN(const auto cells, BenchCells::create(session, job_in(directory)));
  TRY_ASSIGN(const RootAgain root, RootAgain::make(directory));
  HostBench bench;
  std::vector<Contender> contenders = own_contenders(*cells, options.executable);
  add_peers(root.path(), directory, contenders, bench);
  for (Contender& contender : contenders) TRY(contender.run());
  TRY(run_rounds(contenders, options.rounds, &BenchRow::tight, {}, session.interrupt()));
  TRY(run_rounds(contenders, options.rounds, &BenchRow::spaced, kPause, session.interrupt()));
  for (Contender& contender : contenders) bench.rows.push_back(std::move(contender.row));
  return bench;
}

std::optional<double> median_ratio(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) ratios.push_back(a[i] / b[i]);
  return ratios.empty() ? std::nullopt : std::optional(median(std::move(ratios)));
}

}  // namespace hermetric
