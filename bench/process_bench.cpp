/// What does it cost to run one command as a whole process: hermetric with everything on, beside bubblewrap (which has
/// no groups, no overlay and no report), crun (an OCI runtime) and no container at all?

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>

#include "bench/support.hpp"
#include "isolation/sys/system.hpp"
#include "runner/compose/peers.hpp"

namespace hermetric::bench {
namespace {

/// crun runs on no host whose cgroup2 has controllers beside v1. Where that is hugetlb alone,
/// it can be mounted as v1 for a while; where that fails, crun is skipped.
class HugetlbAsV1 {
 public:
  explicit HugetlbAsV1(std::string place) : place_(std::move(place)) {
    need(sys::mkdirat(AT_FDCWD, place_, 0700));
    (void)sys::mount("hugetlb", place_, "cgroup", 0, "hugetlb");
  }
  HugetlbAsV1(const HugetlbAsV1&) = delete;
  HugetlbAsV1& operator=(const HugetlbAsV1&) = delete;
  ~HugetlbAsV1() {
    (void)::umount2(place_.c_str(), 0);
    (void)::rmdir(place_.c_str());
  }

 private:
  std::string place_;
};

class Bench {
 public:
  Bench() {
    // Its workspace is the current directory.
    if (::chdir(work_.path().c_str()) != 0) give_up("chdir " + work_.path());
    add("hermetric", {HERMETRIC_BENCH_HERMETRIC, "exec", "--", work_.program()});
    add("plain", {work_.program()});
    for (const Peer& peer : peers_for(work_.program(), root_.path(), work_.path())) {
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
  RootAgain root_ = need(RootAgain::make(work_.path()));
  HugetlbAsV1 hugetlb_{work_.path() + "/hugetlb"};
  std::vector<Rounds::Contender> contenders_;
};

}  // namespace
}  // namespace hermetric::bench

int main(int argc, char** argv) {
  std::optional<hermetric::bench::Bench> bench;
  return hermetric::bench::run_benchmarks(argc, argv, [&](benchmark::IterationCount spaced) {
    hermetric::bench::enter_own_mount_namespace();
    hermetric::bench::add_rounds("process", bench.emplace().contenders(), spaced);
  });
}
