#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isolation/types/units.hpp"

namespace hermetric {

/// Bandwidth and operation caps of one block device, as `io.max` of cgroup v2 takes them.
struct IoMax {
  std::string device;  ///< "/dev/sda" or "8:0"
  std::optional<std::uint64_t> read_bytes_per_second;
  std::optional<std::uint64_t> write_bytes_per_second;
  std::optional<std::uint64_t> read_ops_per_second;
  std::optional<std::uint64_t> write_ops_per_second;
};

enum class OomPolicy { kReport, kFail };

/// What a job may use. An empty optional means "no cap", which is not the same as a cap of zero.
struct Limits {
  std::optional<Bytes> memory;
  std::optional<Bytes> swap;  ///< zero as soon as memory is capped and nothing else was asked for
  OomPolicy oom = OomPolicy::kReport;

  std::optional<double> cpus;         ///< CPU rate in cores: 1.5 = 150 ms of CPU each 100 ms
  std::optional<std::string> cpuset;  ///< list format of cpuset(7): "0-3,7"
  std::optional<std::string>
      cpuset_mems;  ///< memory nodes, in the same format; those of the cores where a cpuset is set
  std::optional<std::uint64_t> cpu_weight;
  std::optional<std::uint64_t> pids;

  std::optional<std::uint64_t> io_weight;
  std::vector<IoMax> io_max;

  std::optional<Bytes> disk;
  std::optional<std::uint64_t> open_files;
  std::optional<Bytes> file_size;

  std::optional<Duration> wall_time;
  std::optional<Duration> cpu_time;
  Duration grace = std::chrono::seconds(2);  ///< between SIGTERM to the job's root process and SIGKILL to all
  std::optional<Bytes> output;               ///< stdout and stderr together
};

}  // namespace hermetric
