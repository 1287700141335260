#pragma once

#include <benchmark/benchmark.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric::bench {

/// A temporary directory, empty but for `true`, the static program that the benchmarks run; removed at the end.
class WorkDirectory {
 public:
  WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  ~WorkDirectory();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string program() const { return path_ + "/true"; }

 private:
  std::string path_;
};

/// Makes `count` empty files below `directory`, a hundred in each folder.
void add_files(const std::string& directory, std::int64_t count);

/// Seconds that one call took.
using Sample = double;
Sample time_of(const std::function<void()>& action);

double median(std::vector<double> values);
/// Median of a[i] / b[i]: what is measured in one round is compared, so that slow minutes of the machine cancel out.
double median_ratio(const std::vector<double>& a, const std::vector<double>& b);

/// Things measured side by side: a round runs each once, every round starting with another one.
class Rounds {
 public:
  struct Contender {
    std::string name;
    std::function<Sample()> run;
  };

  explicit Rounds(std::vector<Contender> contenders);

  /// One round; returns the sample of the first contender.
  Sample run(std::chrono::milliseconds pause = {});
  [[nodiscard]] const std::vector<Sample>& samples(std::size_t contender) const { return samples_[contender]; }

  /// Counters "NAME_ms" (median), "NAME_best_ms", and "to_NAME": the first one's median ratio to each other.
  void report(benchmark::State& state) const;

 private:
  std::vector<Contender> contenders_;
  std::vector<std::vector<Sample>> samples_;
  std::size_t rounds_ = 0;
};

/// Takes the median ratio of the first contender to every other for as long as Google Benchmark asks for rounds.
void run_rounds(benchmark::State& state, std::vector<Rounds::Contender> contenders,
                std::chrono::milliseconds pause = {});

/// Registers such rounds as NAME/tight and, with kSpacing between runs, as NAME/spaced: `spaced` rounds of those, and
/// as many tight ones if `few` (a round has unmeasured work), else as many as Google Benchmark asks for.
void add_rounds(const std::string& name, const std::vector<Rounds::Contender>& contenders,
                benchmark::IterationCount spaced, bool few = false);

/// What is mounted from now on is seen by nobody else and goes with this program.
void enter_own_mount_namespace();

/// vfork, exec, wait; the command's standard streams are /dev/null. True if it exited with 0.
bool succeeds(const std::vector<std::string>& command);
/// The same; ends this program when the command fails.
void spawn_and_wait(const std::vector<std::string>& command);

/// Ends this program with a message: a benchmark that cannot do what it measures has no figure.
[[noreturn]] void give_up(const std::string& why);

/// The value, or the end of this program.
template <typename T>
T need(Result<T> result) {
  if (!result) give_up(result.error().message());
  return *std::move(result);
}
inline void need(const Status& status) {
  if (!status) give_up(status.error().message());
}

/// Registers benchmarks; `spaced` is how many rounds those with a pause between runs shall make.
using AddBenchmarks = std::function<void(benchmark::IterationCount spaced)>;

/// Jobs of a real pipeline are not back to back, and some kernel locks cost nothing in a tight loop.
inline constexpr std::chrono::milliseconds kSpacing(60);

/// What every main() here does: kernel, processor and cgroup layout into the context, then what `add` registers. With
/// --smoke each benchmark makes one round. Without root it says so and returns 77, which CTest shows as skipped, or 1
/// if HERMETRIC_REQUIRE names root.
int run_benchmarks(int argc, char** argv, const AddBenchmarks& add);

}  // namespace hermetric::bench
