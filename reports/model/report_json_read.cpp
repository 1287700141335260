#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

#include "reports/model/json_cursor.hpp"
#include "reports/model/json_text.hpp"
#include "reports/model/limit_keys.hpp"
#include "reports/model/report_json.hpp"
#include "reports/model/signal_name.hpp"

namespace hermetric {
namespace {

template <typename Integer>
void read_integer(const JsonCursor& from, Integer& to) {
  to = static_cast<Integer>(from.unsigned_integer(std::numeric_limits<Integer>::max()));
}

void read(const JsonCursor& from, std::uint64_t& to) { read_integer(from, to); }
void read(const JsonCursor& from, unsigned& to) { read_integer(from, to); }
void read(const JsonCursor& from, int& to) { read_integer(from, to); }
void read(const JsonCursor& from, double& to) { to = from.number(); }
void read(const JsonCursor& from, bool& to) { to = from.boolean(); }
void read(const JsonCursor& from, std::string& to) { to = from.text(); }
void read(const JsonCursor& from, Bytes& to) { read(from, to.count); }

void read(const JsonCursor& from, Duration& to) {
  Duration::rep count = 0;
  read_integer(from, count);
  to = Duration(count);
}

void read(const JsonCursor& from, OomPolicy& to) {
  const std::string name = from.text();
  to = name == "fail" ? OomPolicy::kFail : OomPolicy::kReport;
  if (name != "fail" && name != "report") from.fail("not an OOM policy: \"" + name + "\"");
}

void read(const JsonCursor& from, IoMax& to);
void read(const JsonCursor& from, DeniedCall& to);
void read(const JsonCursor& from, ArtifactReport& to);
void read(const JsonCursor& from, InputsReport& to);
void read(const JsonCursor& from, JobReport& to);
void read(const JsonCursor& from, NamedCapability& to);
void read(const JsonCursor& from, ControllerSupport& to);

template <typename T>
void read(const JsonCursor& from, std::vector<T>& to) {
  to.resize(from.size());
  for (std::size_t i = 0; i < to.size(); ++i) read(from.at(i), to[i]);
}

template <typename T>
void read(const JsonCursor& from, std::optional<T>& to) {
  if (from.is_null())
    to.reset();
  else
    read(from, to.emplace());
}

void read_text_or_null(const JsonCursor& from, std::string& to) { to = from.is_null() ? std::string() : from.text(); }

void read(const JsonCursor& from, IoMax& to) {
  read(from.at("device"), to.device);
  read(from.at("rbps"), to.read_bytes_per_second);
  read(from.at("wbps"), to.write_bytes_per_second);
  read(from.at("riops"), to.read_ops_per_second);
  read(from.at("wiops"), to.write_ops_per_second);
}

void read(const JsonCursor& from, DeniedCall& to) {
  read(from.at("what"), to.what);
  read(from.at("count"), to.count);
}

void read(const JsonCursor& from, ArtifactReport& to) {
  read(from.at("path"), to.path);
  read(from.at("size_bytes"), to.size);
  read_text_or_null(from.at("sha256"), to.sha256);
}

void read(const JsonCursor& from, OutcomeStatus& to) {
  const std::string name = from.text();
  const auto found = std::ranges::find(kOutcomeStatusNames, name);
  if (found == kOutcomeStatusNames.end()) return from.fail("not a status: \"" + name + "\"");
  to = static_cast<OutcomeStatus>(found - kOutcomeStatusNames.begin());
}

void read_signal(const JsonCursor& from, std::optional<int>& to) {
  if (from.is_null()) return to.reset();
  const std::string name = from.text();
  to = signal_number(name);
  if (!to) from.fail("not a signal: \"" + name + "\"");
}

void read(const JsonCursor& from, Outcome& to) {
  read(from.at("status"), to.status);
  read(from.at("exit_code"), to.exit_code);
  read_signal(from.at("signal"), to.signal);
  read(from.at("reason"), to.reason);
}

void read_stages(const JsonCursor& from, std::size_t first, std::size_t last, Phases& to, Duration& total) {
  read(from.at("total"), total);
  for (std::size_t stage = first; stage < last; ++stage)
    if (const auto duration = from.find(kStageNames[stage])) read(*duration, to.stages[stage]);
}

void read(const JsonCursor& from, Phases& to) {
  read_stages(from.at("setup_usec"), 0, kSetupStageCount, to, to.setup_total);
  read(from.at("run_usec"), to.run);
  read_stages(from.at("teardown_usec"), kSetupStageCount, kStageCount, to, to.teardown_total);
}

std::optional<JsonCursor> find_path(std::optional<JsonCursor> from, std::string_view path) {
  while (from && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    from = from->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return from;
}

/// Where the figure came from, or why it is missing.
std::string note_of(const JsonCursor& job, const std::string& path, bool known) {
  const auto note = job.at(known ? "sources" : "unavailable").find(path);
  return note ? note->text() : known ? "" : "not measured";
}

void read_figure(const JsonCursor& job, const std::string& path, Measured& to) {
  const auto figure = find_path(job, path);
  if (!figure) {
    to = Measured::missing("not in this report");
    return;
  }
  read(*figure, to.value);
  to.note = note_of(job, path, to.known());
}

void read(const JsonCursor& from, IsolationReport& to) {
  const JsonCursor namespaces = from.at("namespaces");
  for (const auto& [name, inode] : namespaces.object()) read(namespaces.at(name), to.namespaces[name]);
  read_text_or_null(from.at("root"), to.root);
  read_text_or_null(from.at("network"), to.network);
  read_text_or_null(from.at("cgroup"), to.cgroup);
}

void read(const JsonCursor& from, InputsReport& to) {
  read(from.at("settings"), to.settings);
  read(from.at("workspace"), to.workspace);
  read(from.at("jobs"), to.jobs);
}

void read(const JsonCursor& from, SamplesReport& to) {
  read(from.at("interval_usec"), to.interval);
  read(from.at("columns"), to.columns);
  read(from.at("rows"), to.rows);
}

void read(const JsonCursor& from, JobReport& to) {
  read(from.at("name"), to.name);
  read(from.at("attempt"), to.attempt);
  read(from.at("command"), to.command);
  read(from.at("outcome"), to.outcome);
  read(from.at("phases"), to.phases);
  for_each_measured(to.resources, [&](std::string_view path, Measured& figure) {
    read_figure(from, "resources." + std::string(path), figure);
  });
  const JsonCursor limits = from.at("limits");
  for_each_limit(to.limits, [&](std::string_view key, auto& limit) {
    // A limit that came later has no key in an earlier report: it was not set.
    if (const auto value = limits.find(key)) read(*value, limit);
  });
  read(from.at("isolation"), to.isolation);
  if (const auto inputs = from.find("inputs")) read(*inputs, to.inputs);  // an earlier report has none
  read(from.at("from_pool"), to.from_pool);
  read(from.at("warnings"), to.warnings);
  read(from.at("denied"), to.denied.calls);
  to.denied.note = note_of(from, "denied", to.denied.calls.has_value());
  read_figure(from, "output.stdout_bytes", to.output.stdout_bytes);
  read_figure(from, "output.stderr_bytes", to.output.stderr_bytes);
  read(from.at("output").at("truncated"), to.output.truncated);
  read(from.at("artifacts"), to.artifacts);
  read(from.at("samples"), to.samples);
}

void read(const JsonCursor& from, Capability& to) {
  read(from.at("available"), to.available);
  read_text_or_null(from.at("reason"), to.reason);
  read_text_or_null(from.at("remedy"), to.remedy);
}

void read(const JsonCursor& from, NamedCapability& to) {
  read(from.at("name"), to.name);
  read(from, to.capability);
}

void read(const JsonCursor& from, ControllerSupport& to) {
  read(from.at("name"), to.name);
  read_text_or_null(from.at("version"), to.version);
  read(from, to.capability);
}

void read(const JsonCursor& host, HostSettings& to) {
  const JsonCursor settings = host.at("settings");
  for_each_setting(to, [&](const std::string& key, Setting& setting) {
    read(settings.at(key), setting.value);
    const auto note = host.at("unavailable").find("settings." + key);
    setting.reason = note && !setting.value ? note->text() : "";
  });
  const JsonCursor schedulers = settings.at("io_schedulers");
  for (const auto& [disk, scheduler] : schedulers.object()) to.io_schedulers[disk] = schedulers.at(disk).text();
}

void read(const JsonCursor& host, const std::string& when, HostActivity& to) {
  for_each_activity(to, [&](const std::string& key, Measured& figure) { read_figure(host, when + "." + key, figure); });
}

void read(const JsonCursor& from, HostReport& to) {
  read_text_or_null(from.at("hostname"), to.hostname);
  read_text_or_null(from.at("kernel"), to.kernel);
  read_text_or_null(from.at("architecture"), to.architecture);
  read_text_or_null(from.at("cpu_model"), to.cpu_model);
  read_text_or_null(from.at("cgroup"), to.cgroup);
  read(from.at("cpus"), to.cpus);
  read(from.at("memory_bytes"), to.memory);
  read(from.at("warnings"), to.warnings);
  if (!from.find("capabilities")) return;  // an earlier report tells no more
  read_figure(from, "cores", to.cores);
  read_figure(from, "packages", to.packages);
  read_figure(from, "nodes", to.nodes);
  read(from.at("swap_bytes"), to.swap);
  read(from.at("capabilities"), to.capabilities);
  read(from.at("controllers"), to.controllers);
  read(from, to.settings);
  read(from, "before", to.before);
  read(from, "after", to.after);
}

void read(const JsonCursor& from, RunReport& to) {
  const JsonCursor schema = from.at("schema");
  if (schema.text() != kReportSchemaName) schema.fail("not " + std::string(kReportSchemaName));
  const JsonCursor run = from.at("run");
  read(run.at("id"), to.id);
  read(run.at("started_at"), to.started_at);
  read(run.at("finished_at"), to.finished_at);
  read(run.at("wall_usec"), to.wall);
  read(run.at("host"), to.host);
  read(run.at("tool").at("version"), to.tool_version);
  read(from.at("jobs"), to.jobs);
}

}  // namespace

Result<RunReport> run_from_json_text(std::string_view text) {
  TRY_ASSIGN(const nlohmann::json document, parse_json(text));
  RunReport run;
  std::optional<Error> first_error;
  read(JsonCursor(document, first_error), run);
  if (first_error) return std::unexpected(*std::move(first_error));
  return run;
}

}  // namespace hermetric
