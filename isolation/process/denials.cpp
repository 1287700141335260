#include "isolation/process/denials.hpp"

#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#include <cerrno>
#include <ctime>

#include "isolation/process/raw_syscall.hpp"

namespace hermetric {
namespace {

using raw::word;

/// Each answer costs init some microseconds that no group counts: beyond the first, a storm of denied calls is slowed
/// down to one a millisecond.
constexpr std::uint64_t kPromptAnswers = 10'000;
constexpr long kSlowAnswerNanoseconds = 1'000'000;

/// In `watch`, an epoll(7) instance: the descriptor is what an event brings.
long watch_descriptor(long watch, long fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = static_cast<int>(fd);
  return raw::call(SYS_epoll_ctl, watch, EPOLL_CTL_ADD, fd, word(&event));
}

void slow_down(ChildRecord& record) {
  if (++record.denied_calls <= kPromptAnswers) return;
  timespec pause{0, kSlowAnswerNanoseconds};
  raw::call(SYS_nanosleep, word(&pause), 0);
}

/// One call of which epoll has told. What the job's filter hands over is in `counted`; a call whose maker is killed
/// meanwhile, or that a signal has it make again, is not counted.
void refuse_call(const ChildPlan& plan, int listener) {
  seccomp_notif call{};
  if (raw::call(SYS_ioctl, listener, static_cast<long>(SECCOMP_IOCTL_NOTIF_RECV), word(&call)) < 0) return;
  std::uint32_t at = 0;
  while (at < plan.counted.count && plan.counted.calls[at].number != call.data.nr) ++at;
  const bool known = at < plan.counted.count;
  slow_down(*plan.record);
  seccomp_notif_resp answer{};
  answer.id = call.id;
  answer.error = known ? -plan.counted.calls[at].error : -EPERM;
  const long sent = raw::call(SYS_ioctl, listener, static_cast<long>(SECCOMP_IOCTL_NOTIF_SEND), word(&answer));
  if (sent >= 0 && known) ++plan.record->denied[at];
}

}  // namespace

/// Signals are blocked, so that the kernel queues them, even for PID 1.
long watch_signals(ChildRecord& record) {
  const std::uint64_t all = ~std::uint64_t{0};
  const long signals = raw::call(SYS_signalfd4, -1, word(&all), raw::kSignalSetSize, SFD_CLOEXEC);
  if (signals < 0) return signals;
  const long epoll = raw::call(SYS_epoll_create1, EPOLL_CLOEXEC);
  if (epoll < 0) return epoll;
  record.watch_fd = static_cast<std::int32_t>(epoll);
  record.signal_fd = static_cast<std::int32_t>(signals);
  return watch_descriptor(epoll, signals);
}

long watch_listener(const ChildRecord& record, long listener) { return watch_descriptor(record.watch_fd, listener); }

/// When the last process under the filter is gone there is nothing left to hear.
void attend_listener(const ChildPlan& plan, const epoll_event& event) {
  if ((event.events & EPOLLIN) != 0)
    refuse_call(plan, event.data.fd);
  else if ((event.events & EPOLLHUP) != 0)
    raw::call(SYS_epoll_ctl, plan.record->watch_fd, EPOLL_CTL_DEL, event.data.fd, 0);
}

}  // namespace hermetric
