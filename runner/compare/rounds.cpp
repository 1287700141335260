#include "runner/compare/rounds.hpp"

#include <algorithm>
#include <utility>

#include "reports/stats/rounds_analysis.hpp"
#include "runner/compare/disturbance.hpp"

namespace hermetric {
namespace {

/// Few reruns are always granted, so that a short comparison can have some.
constexpr std::size_t kFreeReruns = 3;
constexpr std::size_t kFreeFailures = 2;

class RoundLoop {
 public:
  RoundLoop(const RoundOptions& options, RoundHost& host)
      : options_(options), host_(host), stop_rule_(options.stop), begin_(host.now()), passed_(options.versions) {
    for (const ComparedMetric& metric : options.metrics)
      result_.metrics.push_back(
          {std::string(metric.path), metric.margin, std::vector<std::vector<double>>(options.versions)});
  }

  Result<RoundsResult> run() {
    for (bool more = true; more;) {
      TRY_ASSIGN(more, step());
      if (options_.on_round) options_.on_round({result_.rounds, reruns(), result_.failed, elapsed()});
    }
    std::erase_if(result_.metrics, [&](const auto& metric) { return result_.unavailable.contains(metric.name); });
    result_.elapsed = elapsed();
    return std::move(result_);
  }

 private:
  enum class RoundEnd { kPassed, kFailed, kInterrupted };

  [[nodiscard]] Duration elapsed() const { return host_.now() - begin_; }

  /// One round. False: it was the last.
  Result<bool> step() {
    const bool warmup = result_.warmups < options_.warmups;
    RoundLook look;
    look.host_cpus = options_.host_cpus;
    look.before = host_.activity();
    const Duration begin = host_.now();
    std::vector<JobReport> runs(options_.versions);
    TRY_ASSIGN(const RoundEnd end, run_all((warmup ? result_.warmups : result_.rounds) % 2 == 1, runs));
    look.wall = host_.now() - begin;
    look.after = host_.activity();
    look.runs = runs;
    if (end == RoundEnd::kInterrupted) return stop(StopReason::kInterrupted);
    if (end == RoundEnd::kFailed) return go_on_after_failure();
    if (warmup) {
      ++result_.warmups;
      return true;
    }
    if (is_rerun(watch_.judge(look))) return true;
    keep(runs);
    return go_on_after(look.wall);
  }

  Result<RoundEnd> run_all(bool backwards, std::vector<JobReport>& runs) {
    for (std::size_t i = 0; i < options_.versions; ++i) {
      const std::size_t version = backwards ? options_.versions - 1 - i : i;
      if (host_.interrupted()) return RoundEnd::kInterrupted;
      TRY_ASSIGN(runs[version], host_.run(version));
      const Outcome& outcome = runs[version].outcome;
      if (outcome.status == OutcomeStatus::kCancelled || host_.interrupted()) return RoundEnd::kInterrupted;
      if (outcome.status == OutcomeStatus::kSetupFailed)
        return std::unexpected(Error(outcome.reason.value_or("the cell could not be set up")));
      if (outcome.status != OutcomeStatus::kPassed) {
        result_.failure = FailedRun{version, std::move(runs[version])};
        return RoundEnd::kFailed;
      }
      passed_[version] = true;
    }
    return RoundEnd::kPassed;
  }

  bool stop(StopReason reason) {
    result_.stop = reason;
    return false;
  }

  bool go_on_after_failure() {
    ++result_.failed;
    const bool too_many = result_.failed > kFreeFailures + result_.rounds / 10;
    return too_many || !passed_[result_.failure->version] ? stop(StopReason::kFailed) : true;
  }

  [[nodiscard]] std::size_t reruns() const {
    std::size_t sum = 0;
    for (const auto& [why, count] : result_.rerun) sum += count;
    return sum;
  }

  bool is_rerun(const std::optional<std::string>& disturbed) {
    if (!disturbed) return false;
    if (reruns() >= kFreeReruns + result_.rounds / 2) {
      ++result_.kept_disturbed;
      return false;
    }
    ++result_.rerun[*disturbed];
    return true;
  }

  void keep(const std::vector<JobReport>& runs) {
    for (std::size_t version = 0; version < runs.size(); ++version) {
      const auto figures = figures_of(runs[version].resources, options_.metrics);
      for (std::size_t i = 0; i < figures.size(); ++i) {
        if (!figures[i].value) result_.unavailable.emplace(options_.metrics[i].path, figures[i].note);
        result_.metrics[i].values[version].push_back(static_cast<double>(figures[i].value.value_or(0)));
      }
    }
    ++result_.rounds;
  }

  bool go_on_after(Duration round) {
    const auto reason = stop_rule_.check(result_.rounds, elapsed(), round, [&] {
      std::vector<MetricRounds> pace;
      for (std::size_t i = 0; i < result_.metrics.size(); ++i)
        if (options_.metrics[i].sets_pace && !result_.unavailable.contains(result_.metrics[i].name))
          pace.push_back(result_.metrics[i]);
      return widest_interval(pace);
    });
    return reason ? stop(*reason) : true;
  }

  const RoundOptions& options_;
  RoundHost& host_;
  StopRule stop_rule_;
  DisturbanceWatch watch_;
  Duration begin_;
  std::vector<bool> passed_;
  RoundsResult result_;
};

}  // namespace

Result<RoundsResult> measure_rounds(const RoundOptions& options, RoundHost& host) {
  return RoundLoop(options, host).run();
}

}  // namespace hermetric
