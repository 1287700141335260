#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/process/child.hpp"
#include "isolation/process/step.hpp"

namespace hermetric {

/// What a cell's init and its job will do, as data: built in the parent, printed by `explain`, interpreted by the
/// child. Owns every string its steps point to.
class Plan {
 public:
  Plan() = default;
  Plan(Plan&&) noexcept = default;
  Plan& operator=(Plan&&) noexcept = default;
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  void add(Actor actor, const Step& step) { (actor == Actor::kInit ? init_ : job_).push_back(step); }
  void mark(Actor actor, Stage stage) { add(actor, {.op = Op::kMark, .number = static_cast<int>(stage)}); }

  /// Keeps `text` as long as the plan and returns a pointer for a Step.
  const char* keep(std::string text) { return strings_.emplace_back(std::move(text)).c_str(); }

  /// What kExec runs: `candidates` are tried in order.
  void set_command(const std::vector<std::string>& candidates, const std::vector<std::string>& argv,
                   const std::vector<std::string>& environment);

  /// Files that init reads at its end, in the order of ChildRecord::captured.
  void set_capture(const std::array<const char*, kCapturedFileCount>& files) { capture_ = files; }

  /// Of what a filter that counts denied calls hands to init: what it counts and answers. At most kMostCountedCalls,
  /// borrowed.
  void set_counted(std::span<const CountedCall> calls) {
    counted_ = {calls.data(), static_cast<std::uint32_t>(calls.size())};
  }

  [[nodiscard]] const std::vector<Step>& steps(Actor actor) const { return actor == Actor::kInit ? init_ : job_; }

  /// The view for the child. Valid until the plan changes or goes.
  [[nodiscard]] ChildPlan view() const;

 private:
  std::vector<const char*> keep_all(const std::vector<std::string>& texts);

  std::deque<std::string> strings_;
  std::vector<Step> init_, job_;
  std::vector<const char*> candidates_, argv_, environment_;
  std::array<const char*, kCapturedFileCount> capture_{};
  CountedCallList counted_;
};

/// One line for people: "mount overlay on /work (lowerdir=...)". Used by `explain` and by the errors of failed steps.
std::string describe(const Step& step);

}  // namespace hermetric
