/// What does it cost to run one command as a whole process: hermetric with everything on, beside bubblewrap (which has
/// no groups, no overlay and no report), crun (an OCI runtime, without groups here) and no container at all?

#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>

#include "bench/support.hpp"
#include "runner/compose/peers.hpp"

namespace hermetric::bench {
namespace {

class Bench {
 public:
  Bench() {
    // Its workspace is the current directory.
    if (::chdir(work_.path().c_str()) != 0) give_up("chdir " + work_.path());
    add("hermetric", {HERMETRIC_BENCH_HERMETRIC, "exec", "--", work_.program()});
    add("plain", {work_.program()});
    for (const Peer& peer : peers_for(work_.program(), work_.path())) {
      if (!is_installed(peer))
        std::cerr << "skipped: " << peer.name << " is not installed\n";
      else if (!succeeds(peer.command))
        std::cerr << "skipped: " << peer.name << " cannot run a program on this host\n";
      else
        add(peer.name, peer.command);
    }
  }

  ~Bench() { (void)::chdir("/"); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  [[nodiscard]] const std::vector<Rounds::Contender>& contenders() const { return contenders_; }

 private:
  void add(const std::string& name, std::vector<std::string> command) {
    contenders_.push_back({name, [command = std::move(command)] { return time_of([&] { spawn_and_wait(command); }); }});
  }

  WorkDirectory work_;
  std::vector<Rounds::Contender> contenders_;
};

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::optional<hermetric::bench::Bench> bench;
  return hermetric::bench::run_benchmarks(argc, argv, [&](benchmark::IterationCount spaced) {
    hermetric::bench::add_rounds("process", bench.emplace().contenders(), spaced);
  });
}
