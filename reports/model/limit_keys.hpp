#pragma once

#include "isolation/types/limits.hpp"

namespace hermetric {

/// Calls visit(key, member) for every limit, in the report's order. Keys are those of the job file, with the unit where
/// there is one. Like for_each_measured(), the one list that writer and reader share.
template <typename AnyLimits, typename Visitor>
void for_each_limit(AnyLimits& limits, Visitor&& visit) {
  visit("memory_bytes", limits.memory);
  visit("swap_bytes", limits.swap);
  visit("oom", limits.oom);
  visit("cpus", limits.cpus);
  visit("cpuset", limits.cpuset);
  visit("cpuset_mems", limits.cpuset_mems);
  visit("cpu_weight", limits.cpu_weight);
  visit("pids", limits.pids);
  visit("io_weight", limits.io_weight);
  visit("io_max", limits.io_max);
  visit("disk_bytes", limits.disk);
  visit("open_files", limits.open_files);
  visit("file_size_bytes", limits.file_size);
  visit("wall_time_usec", limits.wall_time);
  visit("cpu_time_usec", limits.cpu_time);
  visit("grace_usec", limits.grace);
  visit("output_limit_bytes", limits.output);
}

}  // namespace hermetric
