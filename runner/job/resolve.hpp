#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/sandbox/spec.hpp"
#include "isolation/sys/result.hpp"
#include "isolation/types/host_tree.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// What resolve() must know of the host and the run; gathered by whoever calls it.
struct ResolveContext {
  CgroupLayout cgroup_layout = CgroupLayout::kNone;
  std::map<std::string, std::string> environment;  ///< hermetric's own, for pass_env
  std::vector<std::string> host_parts;             ///< see host_parts()
  bool rootless = false;                           ///< see SandboxHost::rootless()
  std::uint32_t ids = 65'536;                      ///< that a job has: 0 and those after it
  HostTree host_tree;                              ///< rootless: see host_tree()
  std::optional<std::uint64_t> default_pids;       ///< cap on processes of a job that asks for none
  std::vector<std::string> io_devices;             ///< disks whose IO is counted
  std::optional<std::string> report_directory;     ///< hidden where a job's view would show it
  std::optional<std::string> workspace_files;      ///< shown at the workspace's path in place of what lies there
  std::vector<std::string> inputs;                 ///< directories of artifacts, shown above the workspace
  std::int64_t source_date_epoch = 0;
  std::function<bool(const std::string&)> is_file;  ///< true for a path that is there and no directory
};

/// Whether a host root leaves out what lies at `path`, so that a job sees there only what is shown to it.
bool is_left_out_of_host_root(const std::string& path);

/// All policy in one pure function: what a job shall see and may use, as data for the mechanism. What this version or
/// this host cannot do is an error that says so: a cap is never dropped in silence.
Result<SandboxSpec> resolve(const JobSpec& job, const ResolveContext& context);

}  // namespace hermetric
