#pragma once

#include <linux/seccomp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <ctime>

#include "isolation/process/child.hpp"
#include "isolation/process/raw_syscall.hpp"

/// Init's answers to the calls that the job's filter hands to it (seccomp_unotify(2)): counted, and always refused.
/// For child.cpp alone, whose rules hold here.
namespace hermetric {

/// Each answer costs init some microseconds that no group counts: beyond the first, a storm of denied calls is slowed
/// down to one a millisecond.
inline constexpr std::uint64_t kPromptAnswers = 10'000;
inline constexpr long kSlowAnswerNanoseconds = 1'000'000;

/// In `watch`, an epoll(7) instance: the descriptor is what an event brings.
inline long watch_descriptor(long watch, long fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = static_cast<int>(fd);
  return raw::call(SYS_epoll_ctl, watch, EPOLL_CTL_ADD, fd, reinterpret_cast<long>(&event));
}

inline void slow_down(ChildRecord& record) {
  if (++record.denied_calls <= kPromptAnswers) return;
  timespec pause{0, kSlowAnswerNanoseconds};
  raw::call(SYS_nanosleep, reinterpret_cast<long>(&pause), 0);
}

/// One call of which epoll has told. What the job's filter hands over is in `counted`; a call whose maker is killed
/// meanwhile, or that a signal has it make again, is not counted.
inline void refuse_call(const ChildPlan& plan, int listener) {
  seccomp_notif call{};
  if (raw::call(SYS_ioctl, listener, static_cast<long>(SECCOMP_IOCTL_NOTIF_RECV), reinterpret_cast<long>(&call)) < 0)
    return;
  std::uint32_t at = 0;
  while (at < plan.counted.count && plan.counted.calls[at].number != call.data.nr) ++at;
  const bool known = at < plan.counted.count;
  slow_down(*plan.record);
  seccomp_notif_resp answer{};
  answer.id = call.id;
  answer.error = known ? -plan.counted.calls[at].error : -EPERM;
  const long sent =
      raw::call(SYS_ioctl, listener, static_cast<long>(SECCOMP_IOCTL_NOTIF_SEND), reinterpret_cast<long>(&answer));
  if (sent >= 0 && known) ++plan.record->denied[at];
}

/// `events` of a listener. When the last process under the filter is gone there is nothing left to hear.
inline void attend_listener(const ChildPlan& plan, const epoll_event& event) {
  if ((event.events & EPOLLIN) != 0)
    refuse_call(plan, event.data.fd);
  else if ((event.events & EPOLLHUP) != 0)
    raw::call(SYS_epoll_ctl, plan.record->watch_fd, EPOLL_CTL_DEL, event.data.fd, 0);
}

}  // namespace hermetric
