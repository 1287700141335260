#pragma once

#include <optional>
#include <string>

#include "runner/cli/command.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// What `exec` and `explain` are asked for.
struct ExecOptions {
  JobSpec job;
  std::optional<std::string> stdout_file, stderr_file, artifacts_directory, report, cgroup_parent;
  bool no_workspace = false;
};

/// Reads the options before "--" and the command behind it. Nothing: go on. Else what to exit with.
std::optional<int> parse_exec_options(const char* command_name, const Arguments& arguments, ExecOptions& options);

}  // namespace hermetric
