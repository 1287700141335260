#include "runner/cli/exec_options.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <filesystem>
#include <functional>

#include "runner/job/operands.hpp"
#include "runner/job/units.hpp"

namespace hermetric {
namespace {

/// One option: its name, what its value is called, what it means, and how it is taken. Options may be given once unless
/// `repeatable`. This table is the one list of them.
struct OptionEntry {
  const char* name;
  const char* value;
  const char* help;
  std::function<Status(ExecOptions&, const std::string& text, const std::string& directory)> take;
  bool repeatable = false;
};

/// Takes a value by a parser of one text; Target is what `member` of the options returns.
template <typename Member, typename Parse>
auto by(Member member, Parse parse) {
  return [=](ExecOptions& options, const std::string& text, const std::string& directory) -> Status {
    if constexpr (std::is_invocable_v<Parse, std::string_view, std::string_view>) {
      TRY_ASSIGN(member(options), parse(text, directory));
    } else {
      TRY_ASSIGN(member(options), parse(text));
    }
    return {};
  };
}

/// The same, adding to a list.
template <typename Member, typename Parse>
auto each_by(Member member, Parse parse) {
  return [=](ExecOptions& options, const std::string& text, const std::string& directory) -> Status {
    if constexpr (std::is_invocable_v<Parse, std::string_view, std::string_view>) {
      TRY_ASSIGN(auto value, parse(text, directory));
      member(options).push_back(std::move(value));
    } else {
      TRY_ASSIGN(auto value, parse(text));
      member(options).push_back(std::move(value));
    }
    return {};
  };
}

Result<std::uint64_t> parse_weight(std::string_view text) { return parse_integer(text, {.low = 1, .high = 10000}); }
Result<std::uint64_t> parse_positive(std::string_view text) { return parse_integer(text, {.low = 1}); }
Result<std::string> parse_text(std::string_view text) { return std::string(text); }

Status take_environment(ExecOptions& options, const std::string& text, const std::string&) {
  TRY_ASSIGN(auto assignment, parse_assignment(text));
  options.job.env[assignment.first] = assignment.second;
  return {};
}

Status take_network(ExecOptions& options, const std::string& text, const std::string&) {
  TRY_ASSIGN(const std::size_t index, parse_choice(text, kNetworkNames));
  options.job.network = static_cast<Network>(index);
  return {};
}

Status take_oom(ExecOptions& options, const std::string& text, const std::string&) {
  TRY_ASSIGN(const std::size_t index, parse_choice(text, kOomPolicyNames));
  options.job.limits.oom = static_cast<OomPolicy>(index);
  return {};
}

// NOLINTBEGIN(bugprone-macro-parentheses): the name of a member
#define JOB(member) [](ExecOptions& o) -> auto& { return o.job.member; }
#define OPTION(member) [](ExecOptions& o) -> auto& { return o.member; }
// NOLINTEND(bugprone-macro-parentheses)

std::vector<OptionEntry> view_options() {
  return {
      {"--root", "host|DIR|image:NAME", "lower of the root overlay (host)", by(JOB(root), parse_root)},
      {"--workspace", "DIR", "shown copy-on-write at the same path (current directory)",
       by(JOB(workspace), parse_path)},
      {"--overlay", "SRC[:DST]", "a further directory shown copy-on-write", each_by(JOB(overlay), parse_path_pair),
       true},
      {"--ro", "SRC[:DST]", "shown read-only", each_by(JOB(ro), parse_path_pair), true},
      {"--rw", "SRC[:DST]", "shown writable: the job changes the host's files", each_by(JOB(rw), parse_path_pair),
       true},
      {"--hide", "PATH", "shown empty", each_by(JOB(hide), parse_path), true},
      {"--tmpfs", "PATH[:SIZE]", "a fresh tmpfs", each_by(JOB(tmpfs), parse_tmpfs), true},
      {"--cwd", "DIR", "working directory (the workspace, else /)", by(JOB(cwd), parse_path)},
      {"--scratch", "DIR|tmpfs", "where uppers lie (below the state directory)", by(JOB(scratch), parse_scratch)},
      {"--network", "none|private|nat|host", "(none)", take_network},
      {"--env", "K=V", "set in the job", take_environment, true},
      {"--pass-env", "K", "passed on from hermetric's environment", each_by(JOB(pass_env), parse_variable), true},
      {"--hostname", "NAME", "(job)", by(JOB(hostname), parse_host_name)},
      {"--domainname", "NAME", "(hermetric)", by(JOB(domainname), parse_host_name)},
      {"--user", "UID[:GID]", "ids inside (0)", by(JOB(user), parse_user)},
  };
}

std::vector<OptionEntry> limit_options() {
  return {
      {"--memory", "SIZE", "memory cap (none)", by(JOB(limits.memory), parse_positive_size)},
      {"--swap", "SIZE", "swap cap (0 as soon as memory is capped)", by(JOB(limits.swap), parse_size)},
      {"--oom", "fail|report", "fail: the job dies at the first OOM kill (report)", take_oom},
      {"--cpus", "N", "CPU rate in cores", by(JOB(limits.cpus), parse_cpus)},
      {"--cpuset", "LIST", "cores, as 0-3,7", by(JOB(limits.cpuset), parse_cpuset)},
      {"--exclusive-cores", "N", "cores of its own", by(JOB(exclusive_cores), parse_positive)},
      {"--cpu-weight", "1..10000", "CPU priority", by(JOB(limits.cpu_weight), parse_weight)},
      {"--pids", "N", "process cap (4096)", by(JOB(limits.pids), parse_positive)},
      {"--io-weight", "1..10000", "IO priority", by(JOB(limits.io_weight), parse_weight)},
      {"--io-max", "DEV:rbps=..,wbps=..,riops=..,wiops=..", "IO bandwidth", each_by(JOB(limits.io_max), parse_io_max),
       true},
      {"--disk", "SIZE", "cap on what the job writes", by(JOB(limits.disk), parse_positive_size)},
      {"--open-files", "N", "open descriptors of a process", by(JOB(limits.open_files), parse_positive)},
      {"--file-size", "SIZE", "largest file", by(JOB(limits.file_size), parse_size)},
      {"--wall-time", "DUR", "then SIGTERM, after the grace SIGKILL",
       by(JOB(limits.wall_time), parse_positive_duration)},
      {"--cpu-time", "DUR", "the same for CPU time", by(JOB(limits.cpu_time), parse_positive_duration)},
      {"--grace", "DUR", "(2s; 0: at once)", by(JOB(limits.grace), parse_duration)},
      {"--output-limit", "SIZE", "of stdout and stderr together (none)", by(JOB(limits.output), parse_size)},
  };
}

std::vector<OptionEntry> harness_options() {
  return {
      {"--stdin", "FILE|inherit|null", "(null)", by(JOB(stdin_from), parse_stdin)},
      {"--sample", "DUR", "timeline interval (100ms; 0 = off)", by(JOB(sample), parse_duration)},
      {"--cgroup-parent", "PATH", "where to make groups (own group)", by(OPTION(cgroup_parent), parse_text)},
  };
}

std::vector<OptionEntry> output_options() {
  return {
      {"--stdout", "FILE", "(inherit)", by(OPTION(stdout_file), parse_path)},
      {"--stderr", "FILE", "(inherit)", by(OPTION(stderr_file), parse_path)},
      {"--artifact", "GLOB", "what to take out of the workspace", each_by(JOB(artifacts), parse_artifact_pattern),
       true},
      {"--artifacts-dir", "DIR", "where artifacts go", by(OPTION(artifacts_directory), parse_path)},
      {"--report", "FILE", "JSON report; - needs --stdout FILE", by(OPTION(report), parse_text)},
  };
}

#undef JOB
#undef OPTION

void add_options(CLI::App& app, const std::vector<OptionEntry>& entries, const char* group, ExecOptions& options,
                 const std::string& directory) {
  for (const OptionEntry& entry : entries) {
    const auto take = [&options, &directory, &app, entry](const std::vector<std::string>& texts) {
      for (const std::string& text : texts)
        if (auto taken = entry.take(options, text, directory); !taken)
          throw CLI::ValidationError(std::string(entry.name), taken.error().message());
    };
    auto* option = app.add_option_function<std::vector<std::string>>(entry.name, take, entry.help);
    option->type_name(entry.value)->group(group)->allow_extra_args(false)->expected(1);
    option->multi_option_policy(entry.repeatable ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::Throw);
  }
}

/// What stands before "--".
std::optional<int> read_options(const std::string& command_name, const Arguments& words, const std::string& directory,
                                ExecOptions& options) {
  CLI::App app("Runs one command in a fresh, sealed container and tells what it cost.", command_name);
  app.footer(
      "As in: hermetric " + command_name + " --memory 512M --wall-time 10m -- make -j2" +
      (command_name == "explain" ? "\nFor a job of a job file: hermetric explain FILE --job NAME [--var K=V]..." : ""));
  add_job_options(app, directory, options);
  add_options(app, output_options(), "What comes out", options, directory);
  bool tty = false;
  app.add_flag("--tty", tty, "give the job a terminal")->group("What comes out");
  if (const auto code = parse_arguments(app, "[OPTIONS] -- COMMAND [ARG]...", words)) return code;
  if (tty) return trouble(command_name + ": --tty is not in this version");
  return std::nullopt;
}

}  // namespace

void add_job_options(CLI::App& app, const std::string& directory, ExecOptions& options) {
  add_options(app, view_options(), "What the job sees", options, directory);
  app.add_flag("--no-workspace", options.no_workspace, "no workspace")->group("What the job sees");
  app.add_flag("--nested", options.job.nested, "allow user namespaces and mounts inside")->group("What the job sees");
  add_options(app, limit_options(), "What the job may use", options, directory);
  add_options(app, harness_options(), "How it is run", options, directory);
}

Result<std::string> begin_options(const std::string& name, ExecOptions& options) {
  std::error_code error;
  std::string directory = std::filesystem::current_path(error).string();
  if (error) return std::unexpected(Error("the current directory: " + error.message()));
  options.job.name = name;
  if (directory != "/") options.job.workspace = directory;
  return directory;
}

void end_options(ExecOptions& options) {
  if (options.no_workspace) options.job.workspace.reset();
  if (options.job.limits.memory && !options.job.limits.swap) options.job.limits.swap = Bytes{0};
}

std::optional<int> parse_exec_options(const char* command_name, const Arguments& arguments, ExecOptions& options) {
  const SplitArguments split = split_at_command(arguments);
  const auto directory = begin_options(command_name, options);
  if (!directory) return trouble(directory.error());
  // Describing 45 options takes a third of a millisecond (seen under strace): not where there is none to read.
  if (!split.options.empty())
    if (const auto code = read_options(command_name, split.options, *directory, options)) return code;

  if (!split.has_command || split.command.empty())
    return trouble(std::string(command_name) + ": no command: write it behind \"--\", as in hermetric " + command_name +
                   " -- make");
  if (options.report == "-" && !options.stdout_file)
    return trouble(std::string(command_name) + ": --report -: stdout is the job's (add --stdout FILE)");
  if (!options.job.artifacts.empty() && !options.artifacts_directory)
    return trouble(std::string(command_name) + ": --artifact: needs --artifacts-dir DIR");
  options.job.command = split.command;
  end_options(options);
  return std::nullopt;
}

}  // namespace hermetric
