#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isolation/types/denials.hpp"
#include "isolation/types/host.hpp"
#include "isolation/types/limits.hpp"
#include "isolation/types/outcome.hpp"
#include "isolation/types/stage.hpp"
#include "isolation/types/usage.hpp"

namespace hermetric {

struct ArtifactReport {
  std::string path;
  Bytes size;
  std::string sha256;
};

struct OutputReport {
  Measured stdout_bytes, stderr_bytes;
  bool truncated = false;
};

struct IsolationReport {
  std::map<std::string, std::uint64_t> namespaces;  ///< "net" -> inode, as /proc/PID/ns shows it
  std::string root, network, cgroup;
};

struct SamplesReport {
  Duration interval{};
  std::vector<std::string> columns;
  std::vector<std::vector<std::uint64_t>> rows;
};

/// What decides a job beside its command, root and limits: jobs that have all of it in common had equal inputs.
struct InputsReport {
  std::string settings;           ///< digest of everything else the job was given: environment, user, ...
  std::string workspace;          ///< path of the directory
  std::vector<std::string> jobs;  ///< whose artifacts it saw
};

/// One attempt of one job.
struct JobReport {
  std::string name;
  unsigned attempt = 1;
  std::vector<std::string> command;
  Outcome outcome;
  Phases phases;
  ResourceUsage resources;
  Limits limits;
  IsolationReport isolation;
  std::optional<InputsReport> inputs = {};  ///< nothing: it saw what no digest can tell, as a further directory
  bool from_pool = false;
  std::vector<std::string> warnings;
  Denials denied;
  OutputReport output;
  std::vector<ArtifactReport> artifacts;
  SamplesReport samples;
};

/// What the figures were measured on.
struct HostReport {
  std::string hostname, kernel, architecture, cpu_model, cgroup;
  std::optional<std::uint64_t> cpus;  ///< hardware threads that are online
  Measured cores, packages, nodes;    ///< what they sit on
  std::optional<Bytes> memory, swap;
  std::vector<NamedCapability> capabilities;
  std::vector<ControllerSupport> controllers;
  HostSettings settings;              ///< at the beginning
  HostActivity before, after;         ///< at the beginning and at the end of the run
  std::vector<std::string> warnings;  ///< noise: swap, steal, governor, ...
};

/// Report "hermetric.report/1".
struct RunReport {
  std::string id;
  std::string started_at, finished_at;  ///< RFC 3339, UTC
  Duration wall{};
  HostReport host;
  std::string tool_version;
  std::vector<JobReport> jobs;
};

}  // namespace hermetric
