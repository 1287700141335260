#include "runner/exec/supervisor.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>
#include <thread>

#include "isolation/sys/clock.hpp"

namespace hermetric {
namespace {

constexpr Duration kPauseCheck = std::chrono::milliseconds(20);
constexpr Duration kOomCheck = std::chrono::milliseconds(1);
constexpr Duration kOomPatience = std::chrono::milliseconds(500);
constexpr Duration kShortestCpuCheck = std::chrono::milliseconds(10);

/// The CPUs a job can use at a time at most.
double widest(const Limits& limits) {
  const double online = std::max(1U, std::thread::hardware_concurrency());
  return limits.cpus ? std::min(online, *limits.cpus) : online;
}

}  // namespace

Supervisor::Supervisor(Sandbox& sandbox, const Limits& limits, OutputStream* out, OutputStream* err,
                       const Event& cancel)
    : sandbox_(sandbox), limits_(limits), out_(out), err_(err), cancel_(cancel) {
  if (limits.wall_time) wall_deadline_ = monotonic_now() + *limits.wall_time;
  if (limits.cpu_time) next_cpu_check_ = monotonic_now();
}

void Supervisor::sample_every(Duration interval, OnSample on_sample) {
  if (interval == Duration::zero()) return;
  timeline_ = Timeline(interval);
  on_sample_ = std::move(on_sample);
  next_sample_ = monotonic_now() + interval;
}

Result<Intervention> Supervisor::watch() {
  enum Slot { kCell, kCancel, kOut, kErr, kOom };
  for (;;) {
    const bool watch_cancel = intervention_ == Intervention::kNone;
    std::array<pollfd, 5> polled{{{sandbox_.pidfd(), POLLIN, 0},
                                  {watch_cancel ? cancel_.fd() : -1, POLLIN, 0},
                                  {out_ != nullptr && out_->open() ? out_->fd() : -1, POLLIN, 0},
                                  {err_ != nullptr && err_->open() ? err_->fd() : -1, POLLIN, 0},
                                  {killed_ ? -1 : sandbox_.oom_event(), POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), next_timeout(monotonic_now())) < 0 && errno != EINTR)
      return std::unexpected(Error::system("poll", "", errno));
    if (polled[kOut].revents != 0) TRY(pump(out_));
    if (polled[kErr].revents != 0) TRY(pump(err_));
    if (polled[kCell].revents != 0) break;
    if (polled[kOom].revents != 0) begin_oom_checks(monotonic_now());
    if (polled[kCancel].revents != 0) intervene(Intervention::kCancelled, monotonic_now());
    act_on_time(monotonic_now());
  }
  // Of what outlives its processes: page cache, files on a tmpfs. A job shorter than the interval goes without.
  if (timeline_.samples() > 0) take_sample(monotonic_now());
  disk_was_full_ = disk_was_full_ || sandbox_.disk_is_full();
  // Every writer is dead, so both pipes have an end.
  for (OutputStream* stream : {out_, err_})
    for (bool more = stream != nullptr && stream->open(); more;) {
      const std::uint64_t before = output_bytes_;
      TRY(pump(stream));
      more = stream->open() && output_bytes_ != before;
    }
  return intervention_;
}

/// In ms for poll(2), rounded up so that a deadline has passed when it returns.
int Supervisor::next_timeout(Duration now) const {
  const bool free = intervention_ == Intervention::kNone;
  std::optional<Duration> next;
  for (const auto& deadline : {next_sample_, next_oom_check_, free ? wall_deadline_ : kill_at_,
                               free ? next_cpu_check_ : std::optional<Duration>()})
    if (deadline && (!next || *deadline < *next)) next = deadline;
  if (!next) return -1;
  const auto wait = std::max<Duration::rep>(0, (*next - now).count() + 999) / 1000;
  return static_cast<int>(std::min<Duration::rep>(wait, std::numeric_limits<int>::max()));
}

void Supervisor::act_on_time(Duration now) {
  if (next_sample_ && now >= *next_sample_) take_sample(now);
  if (intervention_ == Intervention::kNone && wall_deadline_ && now >= *wall_deadline_) check_wall_time(now);
  if (intervention_ == Intervention::kNone && next_cpu_check_ && now >= *next_cpu_check_) check_cpu_time(now);
  if (next_oom_check_ && now >= *next_oom_check_) check_oom(now);
  if (kill_at_ && now >= *kill_at_) kill_all();
}

void Supervisor::check_wall_time(Duration now) {
  wall_deadline_ = wall_deadline(now);
  if (now >= *wall_deadline_) intervene(Intervention::kWallTime, now);
}

/// The limit counts from the job's exec (the first guess counted from the launch) and stands still while the job is
/// paused. How long a pause that lasts will last is not known: it is looked at again.
Duration Supervisor::wall_deadline(Duration now) const {
  const auto [paused, lasting] = sandbox_.paused_time();
  const Duration deadline = sandbox_.exec_at().value_or(now) + *limits_.wall_time + paused;
  return lasting ? std::max(deadline, now + kPauseCheck) : deadline;
}

/// Looks again when the rest could be used up at the earliest.
void Supervisor::check_cpu_time(Duration now) {
  const Duration used(static_cast<Duration::rep>(sandbox_.sample().cpu_usage_usec.value_or(0)));
  if (used >= *limits_.cpu_time) return intervene(Intervention::kCpuTime, now);
  const auto earliest = static_cast<double>((*limits_.cpu_time - used).count()) / widest(limits_);
  next_cpu_check_ = now + std::max(kShortestCpuCheck, Duration(static_cast<Duration::rep>(earliest)));
}

/// The kernel tells before it kills, and may find memory after all: the first kill that is counted ends the job.
void Supervisor::begin_oom_checks(Duration now) {
  std::uint64_t events = 0;
  [[maybe_unused]] const ssize_t size = ::read(sandbox_.oom_event(), &events, sizeof events);
  next_oom_check_ = now;
  last_oom_check_ = now + kOomPatience;
}

void Supervisor::check_oom(Duration now) {
  if (sandbox_.oom_kills() > 0) return kill_all();
  next_oom_check_ = now + kOomCheck;
  if (next_oom_check_ > last_oom_check_) next_oom_check_.reset();
}

void Supervisor::kill_all() {
  sandbox_.kill_all();
  killed_ = true;
  kill_at_.reset();
  next_oom_check_.reset();
}

void Supervisor::intervene(Intervention why, Duration now) {
  intervention_ = why;
  const bool politely = why != Intervention::kOutputLimit && limits_.grace > Duration::zero() && sandbox_.exec_at();
  if (!politely) return kill_all();
  sandbox_.signal_job(SIGTERM);
  kill_at_ = now + limits_.grace;
}

void Supervisor::take_sample(Duration now) {
  *next_sample_ = std::max(*next_sample_ + timeline_.interval(), now);
  const auto exec_at = sandbox_.exec_at();
  if (!exec_at || *exec_at > now) return;  // `now` may be a moment old
  const CgroupSample sample = sandbox_.sample();
  const Duration elapsed = now - *exec_at;
  timeline_.add({elapsed, sample});
  disk_was_full_ = disk_was_full_ || sandbox_.disk_is_full();
  if (on_sample_) on_sample_(elapsed, sample);
}

Status Supervisor::pump(OutputStream* stream) {
  const std::uint64_t limit = limits_.output ? limits_.output->count : std::numeric_limits<std::uint64_t>::max();
  TRY_ASSIGN(const std::uint64_t written, stream->pump(limit - std::min(limit, output_bytes_)));
  output_bytes_ += written;
  if (output_bytes_ > limit && !truncated_) {
    truncated_ = true;
    if (intervention_ == Intervention::kNone) intervene(Intervention::kOutputLimit, monotonic_now());
  }
  return {};
}

}  // namespace hermetric
