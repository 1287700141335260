/// What does an overlay cost by its number of lowers, and does the size of the lower matter? Mounted with hermetric's
/// options, upper and work directory on disk, as for a job. The time is mount + umount; both are counters as well.

#include <fcntl.h>
#include <sys/mount.h>

#include <filesystem>
#include <map>
#include <optional>

#include "bench/support.hpp"
#include "isolation/sys/fd.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric::bench {
namespace {

constexpr double kMicroseconds = 1e6;

/// Lowers, upper, work and mount point in one directory on disk, seen by this process only.
class Stack {
 public:
  Stack() {
    enter_own_mount_namespace();
    for (const char* name : {"upper", "work", "point"}) need(make_directories(base() + name));
  }

  /// `count` lowers; the last of them holds `files` files. Made once for each number of files.
  std::string lowers(std::int64_t count, std::int64_t files) {
    std::string joined;
    for (std::int64_t i = 1; i < count; ++i) {
      const std::string lower = "lower" + std::to_string(i);
      need(make_directories(base() + lower));
      joined += lower + ":";
    }
    const std::string last = "files" + std::to_string(files);
    if (!std::filesystem::exists(base() + last)) add_files(base() + last, files);
    return joined + last;
  }

  void mount(const std::string& lowers) const {
    const std::string options =
        "lowerdir=" + lowers + ",upperdir=upper,workdir=work,volatile,redirect_dir=on,index=off,metacopy=off";
    need(sys::mount("overlay", "point", "overlay", MS_NOSUID | MS_NODEV, options));
  }

  static void unmount() {
    if (::umount2("point", 0) != 0) give_up("umount");
  }

  /// A volatile overlay may not be mounted twice; a job's work directory is fresh as well.
  void refresh() const { need(remove_tree(base() + "work/work")); }

  void enter() const { std::filesystem::current_path(base()); }
  static void leave() { std::filesystem::current_path("/"); }

 private:
  [[nodiscard]] std::string base() const { return work_.path() + "/"; }

  WorkDirectory work_;
};

void mount_and_unmount(benchmark::State& state, Stack& stack) {
  const std::string lowers = stack.lowers(state.range(0), state.range(1));
  stack.enter();
  std::vector<double> mounts, unmounts;
  for (auto _ : state) {
    mounts.push_back(time_of([&] { stack.mount(lowers); }));
    unmounts.push_back(time_of([&] { Stack::unmount(); }));
    state.SetIterationTime(mounts.back() + unmounts.back());
    stack.refresh();
  }
  Stack::leave();
  state.counters["mount_us"] = median(mounts) * kMicroseconds;
  state.counters["umount_us"] = median(unmounts) * kMicroseconds;
}

/// The target of the design: a large workspace beside an empty one, in the same rounds.
void large_beside_empty(benchmark::State& state, Stack& stack) {
  const std::string large = stack.lowers(1, state.range(0));
  const std::string empty = stack.lowers(1, 0);
  stack.enter();
  const auto once = [&](const std::string& lowers) {
    const Sample sample = time_of([&] {
      stack.mount(lowers);
      Stack::unmount();
    });
    stack.refresh();
    return sample;
  };
  run_rounds(state, {{"large", [&] { return once(large); }}, {"empty", [&] { return once(empty); }}});
  Stack::leave();
}

void add_benchmarks(Stack& stack, bool long_variant) {
  const auto tidy = [](auto* registered) { return registered->UseManualTime()->Unit(benchmark::kMicrosecond); };
  auto* by_lowers =
      tidy(benchmark::RegisterBenchmark("overlay", [&](auto& state) { mount_and_unmount(state, stack); }));
  by_lowers->ArgNames({"lowers", "files"});
  for (const int lowers : {1, 2, 4, 8}) by_lowers->Args({lowers, 0});
  auto* by_size = tidy(benchmark::RegisterBenchmark("overlay/large_beside_empty",
                                                    [&](auto& state) { large_beside_empty(state, stack); }));
  by_size->ArgName("files")->Arg(10'000);
  if (long_variant) by_size->Arg(100'000);
}

}  // namespace
}  // namespace hermetric::bench

/// HERMETRIC_BENCH_LONG=1 adds the workspace of 100 000 files, which takes a minute to make and remove.
int main(int argc, char** argv) {
  std::optional<hermetric::bench::Stack> stack;
  const bool long_variant = std::getenv("HERMETRIC_BENCH_LONG") != nullptr;
  return hermetric::bench::run_benchmarks(
      argc, argv, [&](auto) { hermetric::bench::add_benchmarks(stack.emplace(), long_variant); });
}
