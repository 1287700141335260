#include "runner/sched/job_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace hermetric {
namespace {

/// `needs "build", which ...`, in the order of OutcomeStatus.
constexpr std::array<std::string_view, kOutcomeStatusNames.size()> kWhich = {"passed",
                                                                             "failed",
                                                                             "was ended by a signal",
                                                                             "ran out of time",
                                                                             "ran out of CPU time",
                                                                             "ran out of memory",
                                                                             "wrote too much output",
                                                                             "filled its disk",
                                                                             "was cancelled",
                                                                             "could not be set up",
                                                                             "was skipped"};

}  // namespace

JobGraph::JobGraph(const Pipeline& pipeline) : pipeline_(pipeline), nodes_(pipeline.jobs.size()) {
  std::map<std::string_view, std::size_t> number_of;
  for (std::size_t job = 0; job < nodes_.size(); ++job) number_of.emplace(pipeline.jobs[job].name, job);
  for (std::size_t job = 0; job < nodes_.size(); ++job) {
    for (const std::string& need : pipeline.jobs[job].needs) {
      const std::size_t needed = number_of.at(need);
      nodes_[job].needs.push_back(needed);
      nodes_[needed].dependants.push_back(job);
    }
    nodes_[job].waiting = nodes_[job].needs.size();
    if (nodes_[job].waiting == 0) ready_.insert(job);
  }
}

void JobGraph::start(std::size_t job) {
  ready_.erase(job);
  nodes_[job].started = true;
  ++running_;
}

std::vector<Skip> JobGraph::finish(std::size_t job, OutcomeStatus status) {
  const bool good = status == OutcomeStatus::kPassed ||
                    (pipeline_.jobs[job].if_failed == IfFailed::kContinue && status != OutcomeStatus::kCancelled);
  std::vector<Skip> skips;
  --running_;
  nodes_[job].status = status;
  nodes_[job].verdict = good ? Verdict::kGood : Verdict::kBad;
  tell_dependants(job, skips);
  // A skipped job is an end too; the list grows while it is walked, which keeps long chains off the stack.
  for (std::size_t next = 0; next < skips.size(); ++next) tell_dependants(skips[next].job, skips);
  return skips;
}

void JobGraph::tell_dependants(std::size_t job, std::vector<Skip>& skips) {
  for (const std::size_t dependant : nodes_[job].dependants)
    if (--nodes_[dependant].waiting == 0 && nodes_[dependant].verdict == Verdict::kNone) decide(dependant, skips);
}

void JobGraph::decide(std::size_t job, std::vector<Skip>& skips) {
  Node& node = nodes_[job];
  const auto any = [&](Verdict verdict) {
    return std::ranges::any_of(node.needs, [&](std::size_t need) { return nodes_[need].verdict == verdict; });
  };
  const Verdict needs = any(Verdict::kBad) ? Verdict::kBad : any(Verdict::kIdle) ? Verdict::kIdle : Verdict::kGood;
  const When when = pipeline_.jobs[job].when;
  if (when == When::kAlways || needs == (when == When::kPassed ? Verdict::kGood : Verdict::kBad)) {
    ready_.insert(job);
    return;
  }
  node.verdict = needs == Verdict::kBad ? Verdict::kBad : Verdict::kIdle;
  skips.push_back({job, reason_to_skip(job, needs)});
}

std::string JobGraph::reason_to_skip(std::size_t job, Verdict verdict) const {
  if (pipeline_.jobs[job].when == When::kFailed) return "runs when one of its needs failed, and none did";
  const std::vector<std::size_t>& needs = nodes_[job].needs;
  const std::size_t cause =
      *std::ranges::find_if(needs, [&](std::size_t need) { return nodes_[need].verdict == verdict; });
  return fmt::format("needs \"{}\", which {}", pipeline_.jobs[cause].name,
                     kWhich[static_cast<std::size_t>(nodes_[cause].status)]);
}

std::vector<Skip> JobGraph::skip_rest(const std::string& reason) {
  ready_.clear();
  std::vector<Skip> skips;
  for (std::size_t job = 0; job < nodes_.size(); ++job) {
    if (nodes_[job].started || nodes_[job].verdict != Verdict::kNone) continue;
    nodes_[job].verdict = Verdict::kBad;
    skips.push_back({job, reason});
  }
  return skips;
}

}  // namespace hermetric
