#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "isolation/sys/result.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// What the host has to give to jobs.
struct Capacity {
  double cpus = 1;
  Bytes memory;
  unsigned threads_per_core = 1;  ///< CPUs of a core
  bool whole_cores = false;       ///< a run with exclusive cores: every job takes whole ones
};

/// A share of the host: one job's demand, or a sum of them.
struct Share {
  std::uint64_t jobs = 0;
  std::uint64_t millicpus = 0;
  std::uint64_t memory = 0;  ///< bytes

  Share& operator+=(const Share& other);
  Share& operator-=(const Share& other);
  friend Share operator+(Share a, const Share& b) { return a += b; }
  friend bool operator==(const Share&, const Share&) = default;
  [[nodiscard]] bool fits_in(const Share& whole) const;
};

/// The host with at most `max_jobs` at a time.
Share share_of(const Capacity& capacity, unsigned max_jobs);

/// What a job takes: its exclusive cores, else its CPU cap, else one CPU (the whole host if that has less), rounded up
/// to whole cores where the run has exclusive ones; its memory cap, or nothing.
Share demand_of(const JobSpec& job, const Capacity& capacity);

/// The same CPUs as a number of whole cores.
std::size_t cores_of(const JobSpec& job, const Capacity& capacity);

/// Refuses a job whose caps are more than the host has: it could never start.
Status check_capacity(const Pipeline& pipeline, const Capacity& capacity);

/// Decides which ready job starts next, so that the jobs running never take more than the host has. Pure.
///
/// Jobs are admitted in order, and a job that fits may pass one that does not, with a reservation: the first job that
/// did not fit is the reserved one until it starts, and a job that passes it must leave room for it beside all that
/// have passed it so far. So it starts at the latest when the jobs that were running before it was reserved have
/// ended: nobody starves, and no job is asked how long it takes.
class Admission {
 public:
  /// Every one of `demands`, by job number, fits in `whole`.
  Admission(const Share& whole, std::vector<Share> demands);

  /// The job of `ready` that starts now, already counted as running; or none.
  std::optional<std::size_t> admit(const std::set<std::size_t>& ready);

  /// A running job has ended.
  void release(std::size_t job);

  [[nodiscard]] const Share& used() const { return used_; }

 private:
  [[nodiscard]] bool may_start(std::size_t job) const;
  std::size_t take(std::size_t job);

  Share whole_;
  std::vector<Share> demands_;
  Share smallest_;  ///< of each part of all demands: below that, no job needs a look
  Share used_;
  std::optional<std::size_t> reserved_;
  std::set<std::size_t> passing_;  ///< running, admitted past the reserved job
  Share passed_;                   ///< what they take
};

}  // namespace hermetric
