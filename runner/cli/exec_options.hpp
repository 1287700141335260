#pragma once

#include <optional>
#include <string>

#include "isolation/sys/result.hpp"
#include "runner/cli/command.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

/// What `exec` and `explain` are asked for.
struct ExecOptions {
  JobSpec job;
  std::optional<std::string> stdout_file, stderr_file, artifacts_directory, report, cgroup_parent;
  bool no_workspace = false;
};

/// Adds to `app` those of the options that say what a job sees and may use, not where its output goes. `directory` is
/// where relative paths start; it, `options` and `app` must stay until `app` has parsed. begin_options() comes before,
/// end_options() behind.
void add_job_options(CLI::App& app, const std::string& directory, ExecOptions& options);

/// The defaults of a job named `name`; returns the current directory.
Result<std::string> begin_options(const std::string& name, ExecOptions& options);

/// What follows from several options together.
void end_options(ExecOptions& options);

/// Reads the options before "--" and the command behind it. Nothing: go on. Else what to exit with.
std::optional<int> parse_exec_options(const char* command_name, const Arguments& arguments, ExecOptions& options);

}  // namespace hermetric
