#include "runner/exec/supervisor.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>

#include "isolation/sys/clock.hpp"

namespace hermetric {
namespace {

constexpr Duration kPauseCheck = std::chrono::milliseconds(20);

}  // namespace

Supervisor::Supervisor(Sandbox& sandbox, const Limits& limits, OutputStream* out, OutputStream* err, const Event& cancel)
    : sandbox_(sandbox), limits_(limits), out_(out), err_(err), cancel_(cancel) {
  if (limits.wall_time) wall_deadline_ = monotonic_now() + *limits.wall_time;
}

void Supervisor::sample_every(Duration interval, OnSample on_sample) {
  if (interval == Duration::zero()) return;
  timeline_ = Timeline(interval);
  on_sample_ = std::move(on_sample);
  next_sample_ = monotonic_now() + interval;
}

Result<Intervention> Supervisor::watch() {
  enum Slot { kCell, kCancel, kOut, kErr };
  for (;;) {
    const bool watch_cancel = intervention_ == Intervention::kNone;
    std::array<pollfd, 4> polled{{{sandbox_.pidfd(), POLLIN, 0},
                                  {watch_cancel ? cancel_.fd() : -1, POLLIN, 0},
                                  {out_ != nullptr && out_->open() ? out_->fd() : -1, POLLIN, 0},
                                  {err_ != nullptr && err_->open() ? err_->fd() : -1, POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), next_timeout(monotonic_now())) < 0 && errno != EINTR)
      return std::unexpected(Error::system("poll", "", errno));
    if (polled[kOut].revents != 0) TRY(pump(out_));
    if (polled[kErr].revents != 0) TRY(pump(err_));
    if (polled[kCell].revents != 0) break;
    if (polled[kCancel].revents != 0) intervene(Intervention::kCancelled, monotonic_now());
    act_on_time(monotonic_now());
  }
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
  std::optional<Duration> next;
  for (const auto& deadline : {next_sample_, intervention_ == Intervention::kNone ? wall_deadline_ : kill_at_})
    if (deadline && (!next || *deadline < *next)) next = deadline;
  if (!next) return -1;
  const auto wait = std::max<Duration::rep>(0, (*next - now).count() + 999) / 1000;
  return static_cast<int>(std::min<Duration::rep>(wait, std::numeric_limits<int>::max()));
}

void Supervisor::act_on_time(Duration now) {
  if (next_sample_ && now >= *next_sample_) take_sample(now);
  if (intervention_ != Intervention::kNone) {
    if (kill_at_ && now >= *kill_at_) {
      sandbox_.kill_all();
      kill_at_.reset();
    }
    return;
  }
  if (!wall_deadline_ || now < *wall_deadline_) return;
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

void Supervisor::intervene(Intervention why, Duration now) {
  intervention_ = why;
  const bool politely = why != Intervention::kOutputLimit && limits_.grace > Duration::zero() && sandbox_.exec_at();
  if (!politely) return sandbox_.kill_all();
  sandbox_.signal_job(SIGTERM);
  kill_at_ = now + limits_.grace;
}

void Supervisor::take_sample(Duration now) {
  *next_sample_ = std::max(*next_sample_ + timeline_.interval(), now);
  const auto exec_at = sandbox_.exec_at();
  if (!exec_at) return;
  const CgroupSample sample = sandbox_.sample();
  const Duration elapsed = now - *exec_at;
  if (sample.cpu_usage_usec && sample.memory_bytes)
    timeline_.add({elapsed, *sample.cpu_usage_usec, *sample.memory_bytes});
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
