#pragma once

#include "isolation/types/measured.hpp"

namespace hermetric {

struct PressureUsage {
  Measured some_usec, full_usec;
};

/// What a job used, each figure with its source. Member names are the report's keys; for_each_measured()
/// is the one list of them that writers, readers and tables share.
struct ResourceUsage {
  Measured wall_usec;
  struct Cpu {
    Measured usage_usec, user_usec, system_usec, nr_periods, nr_throttled, throttled_usec;
  } cpu;
  struct Memory {
    Measured peak_bytes, swap_peak_bytes, oom_kills, minor_faults, major_faults, max_rss_bytes;
    Measured anon_peak_bytes, file_peak_bytes, shmem_peak_bytes;
  } memory;
  struct Io {
    Measured read_bytes, write_bytes, read_ops, write_ops;
    Measured task_read_bytes, task_write_bytes;
    Measured logical_read_bytes, logical_write_bytes;
  } io;
  struct Pids {
    Measured peak;
  } pids;
  struct Network {
    Measured rx_bytes, tx_bytes, rx_packets, tx_packets;
  } network;
  struct Pressure {
    PressureUsage cpu, memory, io;
  } pressure;
  struct ContextSwitches {
    Measured voluntary, involuntary;
  } context_switches;
  struct Counters {
    Measured instructions, cycles, cache_misses, branch_misses;
  } counters;
  struct Workspace {
    Measured files_created, files_modified, files_deleted, bytes_written;
  } workspace;
};

/// Calls visit(path, member) for every figure, in the report's order; path is relative to "resources".
template <typename Usage, typename Visitor>
void for_each_measured(Usage& usage, Visitor&& visit) {
  visit("wall_usec", usage.wall_usec);
  visit("cpu.usage_usec", usage.cpu.usage_usec);
  visit("cpu.user_usec", usage.cpu.user_usec);
  visit("cpu.system_usec", usage.cpu.system_usec);
  visit("cpu.nr_periods", usage.cpu.nr_periods);
  visit("cpu.nr_throttled", usage.cpu.nr_throttled);
  visit("cpu.throttled_usec", usage.cpu.throttled_usec);
  visit("memory.peak_bytes", usage.memory.peak_bytes);
  visit("memory.swap_peak_bytes", usage.memory.swap_peak_bytes);
  visit("memory.oom_kills", usage.memory.oom_kills);
  visit("memory.minor_faults", usage.memory.minor_faults);
  visit("memory.major_faults", usage.memory.major_faults);
  visit("memory.max_rss_bytes", usage.memory.max_rss_bytes);
  visit("memory.anon_peak_bytes", usage.memory.anon_peak_bytes);
  visit("memory.file_peak_bytes", usage.memory.file_peak_bytes);
  visit("memory.shmem_peak_bytes", usage.memory.shmem_peak_bytes);
  visit("io.read_bytes", usage.io.read_bytes);
  visit("io.write_bytes", usage.io.write_bytes);
  visit("io.read_ops", usage.io.read_ops);
  visit("io.write_ops", usage.io.write_ops);
  visit("io.task_read_bytes", usage.io.task_read_bytes);
  visit("io.task_write_bytes", usage.io.task_write_bytes);
  visit("io.logical_read_bytes", usage.io.logical_read_bytes);
  visit("io.logical_write_bytes", usage.io.logical_write_bytes);
  visit("pids.peak", usage.pids.peak);
  visit("network.rx_bytes", usage.network.rx_bytes);
  visit("network.tx_bytes", usage.network.tx_bytes);
  visit("network.rx_packets", usage.network.rx_packets);
  visit("network.tx_packets", usage.network.tx_packets);
  visit("pressure.cpu.some_usec", usage.pressure.cpu.some_usec);
  visit("pressure.cpu.full_usec", usage.pressure.cpu.full_usec);
  visit("pressure.memory.some_usec", usage.pressure.memory.some_usec);
  visit("pressure.memory.full_usec", usage.pressure.memory.full_usec);
  visit("pressure.io.some_usec", usage.pressure.io.some_usec);
  visit("pressure.io.full_usec", usage.pressure.io.full_usec);
  visit("context_switches.voluntary", usage.context_switches.voluntary);
  visit("context_switches.involuntary", usage.context_switches.involuntary);
  visit("counters.instructions", usage.counters.instructions);
  visit("counters.cycles", usage.counters.cycles);
  visit("counters.cache_misses", usage.counters.cache_misses);
  visit("counters.branch_misses", usage.counters.branch_misses);
  visit("workspace.files_created", usage.workspace.files_created);
  visit("workspace.files_modified", usage.workspace.files_modified);
  visit("workspace.files_deleted", usage.workspace.files_deleted);
  visit("workspace.bytes_written", usage.workspace.bytes_written);
}

}  // namespace hermetric
