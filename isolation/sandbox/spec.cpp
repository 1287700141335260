#include "isolation/sandbox/spec.hpp"

#include <tuple>

namespace hermetric {
namespace {

// By structured bindings, so that a new member does not compile until it is compared as well.

auto members_of(const IoMax& max) {
  const auto& [device, read_bytes, write_bytes, read_ops, write_ops] = max;
  return std::tie(device, read_bytes, write_bytes, read_ops, write_ops);
}

auto members_of(const Limits& limits) {
  const auto& [memory, swap, oom, cpus, cpuset, cpuset_mems, cpu_weight, pids, io_weight, io_max, disk, open_files,
               file_size, wall_time, cpu_time, grace, output] = limits;
  return std::tie(memory, swap, oom, cpus, cpuset, cpuset_mems, cpu_weight, pids, io_weight, io_max, disk, open_files,
                  file_size, wall_time, cpu_time, grace, output);
}

}  // namespace

bool operator==(const IoMax& a, const IoMax& b) { return members_of(a) == members_of(b); }
bool operator==(const Limits& a, const Limits& b) { return members_of(a) == members_of(b); }

SandboxSpec need_of(SandboxSpec spec) {
  spec.name = "waiting for a job";  // what a sweep would say of its cell
  spec.candidates.clear();
  spec.argv.clear();
  spec.environment.clear();
  spec.limits.wall_time.reset();
  spec.limits.cpu_time.reset();
  spec.limits.output.reset();
  spec.limits.grace = Limits().grace;
  return spec;
}

}  // namespace hermetric
