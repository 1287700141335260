#include "runner/job/job_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/job/operands.hpp"

namespace hermetric {
namespace {

using Kind = ValueKind;

constexpr IntegerRange kWeight = {.low = 1, .high = 10000};
constexpr IntegerRange kAtLeastOne = {.low = 1};
constexpr IntegerRange kRetries = {.low = 0, .high = 1000};

constexpr std::string_view kFilled = "[\\s\\S]";

constexpr ValueShape integer(IntegerRange range) { return {.kind = Kind::kInteger, .range = range}; }
constexpr ValueShape quantity(std::string_view pattern) { return {.kind = Kind::kTextOrInteger, .pattern = pattern}; }
constexpr ValueShape text(std::string_view pattern = kFilled) { return {.kind = Kind::kText, .pattern = pattern}; }
constexpr ValueShape texts(std::string_view pattern = kFilled) { return {.kind = Kind::kTextList, .pattern = pattern}; }
constexpr ValueShape choice(std::span<const std::string_view> names) { return {.kind = Kind::kText, .choices = names}; }

template <IntegerRange Range, typename Integer = std::uint64_t>
Result<Integer> integer_in(std::string_view value) {
  TRY_ASSIGN(const std::uint64_t number, parse_integer(value, Range));
  return static_cast<Integer>(number);
}

Result<std::string> take(std::string_view value) { return std::string(value); }

Result<std::string> take_filled(std::string_view value) {
  if (value.empty()) return std::unexpected(Error("cannot be empty"));
  return std::string(value);
}

Status read_command(JobDraft& job, const Field& field) {
  const bool is_list = field.node().kind == YamlNode::Kind::kList;
  std::string first;
  TRY((is_list ? field.part(*field.node().items.front()) : field).scalar(first, take_filled));
  if (is_list) return field.list(job.spec.command, take);
  job.spec.command = {"sh", "-e", "-c", std::move(first)};
  return {};
}

Status read_workspace(JobDraft& job, const Field& field) {
  job.spec.workspace.reset();
  if (field.node().kind == YamlNode::Kind::kNull) return {};
  return field.scalar(job.spec.workspace, field.from_directory(parse_path));
}

Status read_boolean(bool& target, const Field& field) {
  target = field.node().text.front() == 't' || field.node().text.front() == 'T';
  return {};
}

Status read_environment(JobDraft& job, const Field& field) {
  TRY_ASSIGN(const auto entries, field.entries());
  for (const auto& [key, value] : entries) {
    std::string name;
    TRY(field.part(*key).scalar(name, parse_variable));
    job.spec.env[name] = value->text;
  }
  return {};
}

Status read_matrix(JobDraft& job, const Field& field) {
  TRY_ASSIGN(const auto entries, field.entries());
  for (const auto& [key, value] : entries) {
    MatrixAxis axis;
    TRY(field.part(*key).scalar(axis.name, parse_variable));
    for (const YamlNodePtr& item : value->items) {
      if (std::ranges::find(axis.values, item->text) != axis.values.end())
        return std::unexpected(field.part(*item, axis.name).error(fmt::format("\"{}\" is given twice", item->text)));
      axis.values.push_back(item->text);
    }
    job.matrix.push_back(std::move(axis));
  }
  return {};
}

Status read_references(std::vector<Reference>& target, const Field& field) {
  for (const YamlNodePtr& item : field.node().items) target.push_back({item->text, item->position});
  return {};
}

using Draft = JobDraft;
using In = const Field&;

constexpr JobKey kJobKeys[] = {
    {"command",
     {.kind = Kind::kCommand},
     "What runs: text runs in `sh -e`, a list is an argument vector.",
     read_command,
     false},

    {"root", text(), "Lower of the root file system: host, a directory or image:NAME (host).",
     [](Draft& job, In in) { return in.scalar(job.spec.root, in.from_directory(parse_root)); }},
    {"workspace",
     {.kind = Kind::kTextOrNull, .pattern = kFilled},
     "Directory shown copy-on-write at the same path, null for none (the current directory).",
     read_workspace},
    {"overlay", texts(kPathPairPattern), "Further directories shown copy-on-write: SRC[:DST].",
     [](Draft& job, In in) { return in.list(job.spec.overlay, in.from_directory(parse_path_pair)); }},
    {"ro", texts(kPathPairPattern), "Paths shown read-only: SRC[:DST].",
     [](Draft& job, In in) { return in.list(job.spec.ro, in.from_directory(parse_path_pair)); }},
    {"rw", texts(kPathPairPattern), "Paths the job may change in place: SRC[:DST].",
     [](Draft& job, In in) { return in.list(job.spec.rw, in.from_directory(parse_path_pair)); }},
    {"hide", texts(), "Paths the job does not see.",
     [](Draft& job, In in) { return in.list(job.spec.hide, in.from_directory(parse_path)); }},
    {"tmpfs", texts(kTmpfsPattern), "Empty file systems in memory: PATH[:SIZE].",
     [](Draft& job, In in) { return in.list(job.spec.tmpfs, in.from_directory(parse_tmpfs)); }},
    {"cwd", text(), "Directory the command starts in (the workspace, else /).",
     [](Draft& job, In in) { return in.scalar(job.spec.cwd, in.from_directory(parse_path)); }},
    {"scratch", text(), "Where changed files lie: a directory, or tmpfs, where they count as the job's memory (disk).",
     [](Draft& job, In in) { return in.scalar(job.spec.scratch, in.from_directory(parse_scratch)); }},

    {"memory", quantity(kPositiveSizePattern), "Hard cap on memory, like 512M (none).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.memory, parse_positive_size); }},
    {"swap", quantity(kSizePattern), "Hard cap on swap (0 as soon as memory is capped).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.swap, parse_size); }},
    {"oom", choice(kOomPolicyNames), "fail: the whole job dies at the first OOM kill (report).",
     [](Draft& job, In in) { return in.choice(job.spec.limits.oom, kOomPolicyNames); }},
    {"cpus",
     {.kind = Kind::kNumber},
     "Hard cap on the CPU rate, in cores: 1.5 (none).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.cpus, parse_cpus); }},
    {"cpuset", quantity(kCpusetPattern), "Cores the job may use: 0-3,7 (all).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.cpuset, parse_cpuset); }},
    {"exclusive_cores", integer(kAtLeastOne), "Cores that no other job of the run uses meanwhile (none).",
     [](Draft& job, In in) { return in.scalar(job.spec.exclusive_cores, integer_in<kAtLeastOne>); }},
    {"cpu_weight", integer(kWeight), "Share of the CPU beside other jobs (the kernel's 100).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.cpu_weight, integer_in<kWeight>); }},
    {"pids", integer(kAtLeastOne), "Cap on processes and threads (4096).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.pids, integer_in<kAtLeastOne>); }},
    {"io_weight", integer(kWeight), "Share of the disks beside other jobs (the kernel's 100).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.io_weight, integer_in<kWeight>); }},
    {"io_max", texts(kIoMaxPattern), "Caps of a device: DEV:rbps=10M,wbps=10M,riops=100,wiops=100.",
     [](Draft& job, In in) { return in.list(job.spec.limits.io_max, parse_io_max); }},
    {"disk", quantity(kSizePattern), "Hard cap on what the job writes to its file systems (none).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.disk, parse_size); }},
    {"open_files", integer(kAtLeastOne), "Cap on open files of a process (the host's).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.open_files, integer_in<kAtLeastOne>); }},
    {"file_size", quantity(kSizePattern), "Cap on the size of a file (none).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.file_size, parse_size); }},
    {"wall_time", quantity(kPositiveDurationPattern), "Time limit, like 10m (none).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.wall_time, parse_positive_duration); }},
    {"cpu_time", quantity(kPositiveDurationPattern), "Limit of CPU time, all processes together (none).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.cpu_time, parse_positive_duration); }},
    {"grace", quantity(kDurationPattern), "From SIGTERM at a limit to SIGKILL, 0 for at once (2s).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.grace, parse_duration); }},
    {"output_limit", quantity(kSizePattern), "Cap on stdout and stderr together (64M).",
     [](Draft& job, In in) { return in.scalar(job.spec.limits.output, parse_size); }},

    {"network", choice(kNetworkNames), "none, private, nat or host (none).",
     [](Draft& job, In in) { return in.choice(job.spec.network, kNetworkNames); }},
    {"env",
     {.kind = Kind::kScalarMap, .pattern = kVariablePattern},
     "Variables on top of the white list; a job's are added to those of the defaults.",
     read_environment},
    {"pass_env", texts(kVariablePattern), "Names of variables passed on from hermetric's own environment.",
     [](Draft& job, In in) { return in.list(job.spec.pass_env, parse_variable); }},
    {"hostname", text(kHostNamePattern), "Host name inside (job).",
     [](Draft& job, In in) { return in.scalar(job.spec.hostname, parse_host_name); }},
    {"domainname", text(kHostNamePattern), "NIS domain name inside (hermetric).",
     [](Draft& job, In in) { return in.scalar(job.spec.domainname, parse_host_name); }},
    {"user", quantity(kUserPattern), "Ids inside: UID[:GID] (0).",
     [](Draft& job, In in) { return in.scalar(job.spec.user, parse_user); }},
    {"nested",
     {.kind = Kind::kBoolean},
     "Allow user namespaces and mounts inside (false).",
     [](Draft& job, In in) { return read_boolean(job.spec.nested, in); }},
    {"stdin", text(), "null, inherit or a file (null).",
     [](Draft& job, In in) { return in.scalar(job.spec.stdin_from, in.from_directory(parse_stdin)); }},
    {"artifacts", texts(), "Patterns of files to take out after the job: build/**.",
     [](Draft& job, In in) { return in.list(job.spec.artifacts, parse_artifact_pattern); }},
    {"sample", quantity(kDurationPattern), "Interval of the timeline, 0 for none (100ms).",
     [](Draft& job, In in) { return in.scalar(job.spec.sample, parse_duration); }},

    {"needs", texts(kJobNamePattern),
     "Jobs that must end before this one starts; the name of a matrix is all its jobs.",
     [](Draft& job, In in) { return read_references(job.needs, in); }, false},
    {"inputs", texts(kJobNamePattern), "Jobs among the needed whose artifacts this one sees in its workspace.",
     [](Draft& job, In in) { return read_references(job.inputs, in); }, false},
    {"matrix",
     {.kind = Kind::kMatrix, .pattern = kVariablePattern},
     "One job for each combination of the values, which are in its environment.",
     read_matrix,
     false},
    {"retries", integer(kRetries), "Further attempts after the job's own failure (0).",
     [](Draft& job, In in) { return in.scalar(job.spec.retries, integer_in<kRetries, unsigned>); }},
    {"when", choice(kWhenNames), "Start when of its needs all passed, or one failed, or always (passed).",
     [](Draft& job, In in) { return in.choice(job.spec.when, kWhenNames); }},
    {"if_failed", choice(kIfFailedNames), "continue: jobs that need this one treat its failure as passed (stop).",
     [](Draft& job, In in) { return in.choice(job.spec.if_failed, kIfFailedNames); }},
};

}  // namespace

std::span<const JobKey> job_keys() { return kJobKeys; }

}  // namespace hermetric
