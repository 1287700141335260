#pragma once

#include <sys/epoll.h>

#include "isolation/process/child.hpp"

/// Init's answers to the calls that the job's filter hands to it (seccomp_unotify(2)): counted, and always refused.
/// Part of the child, whose rules hold here: see init_main().
namespace hermetric {

/// Makes record.watch_fd, an epoll(7) instance that tells of signals, and record.signal_fd. -errno if it cannot.
long watch_signals(ChildRecord& record);

/// From now on record.watch_fd tells of this listener as well. -errno if it cannot.
long watch_listener(const ChildRecord& record, long listener);

/// What record.watch_fd has told of a listener: answers one call.
void attend_listener(const ChildPlan& plan, const epoll_event& event);

}  // namespace hermetric
