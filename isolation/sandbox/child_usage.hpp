#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "isolation/process/child.hpp"
#include "isolation/types/denials.hpp"
#include "isolation/types/usage.hpp"

namespace hermetric {

/// What init saw of a finished job: wall time, faults and switches of everything it reaped, task and logical IO from
/// its own /proc/PID/io (which sums all reaped children, proc_pid_io(5)) and the counters of the job's interfaces.
void read_child_record(const ChildRecord& record, ResourceUsage& usage);

/// What init counted of the calls that the job was denied.
Denials denials_of(const ChildRecord& record, bool nested);

/// "net" -> inode, as /proc/PID/ns shows them.
std::map<std::string, std::uint64_t> namespaces_of(const ChildRecord& record);

}  // namespace hermetric
