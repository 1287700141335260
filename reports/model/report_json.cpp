#include "reports/model/report_json.hpp"

#include <nlohmann/json.hpp>

#include "reports/model/figure_writer.hpp"
#include "reports/model/host_json.hpp"
#include "reports/model/limit_keys.hpp"
#include "reports/model/report_frame.hpp"
#include "reports/model/signal_name.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

Json value_of(std::uint64_t number) { return number; }
Json value_of(double number) { return number; }
Json value_of(const std::string& text) { return text; }
Json value_of(Bytes bytes) { return bytes.count; }
Json value_of(Duration duration) { return duration.count(); }
Json value_of(OomPolicy policy) { return policy == OomPolicy::kFail ? "fail" : "report"; }

template <typename T>
Json value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : Json(nullptr);
}

Json value_of(const std::vector<IoMax>& caps) {
  Json list = Json::array();
  for (const IoMax& cap : caps)
    list.push_back({{"device", cap.device},
                    {"rbps", value_of(cap.read_bytes_per_second)},
                    {"wbps", value_of(cap.write_bytes_per_second)},
                    {"riops", value_of(cap.read_ops_per_second)},
                    {"wiops", value_of(cap.write_ops_per_second)}});
  return list;
}

/// Text that nobody found out is empty in the model and null in the report.
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json outcome_to_json(const Outcome& outcome) {
  return {{"status", name_of(outcome.status)},
          {"exit_code", outcome.exit_code ? Json(*outcome.exit_code) : Json(nullptr)},
          {"signal", outcome.signal ? Json(signal_name(*outcome.signal)) : Json(nullptr)},
          {"reason", value_of(outcome.reason)}};
}

Json stages_to_json(const Phases& phases, Duration total, std::size_t first, std::size_t last) {
  Json stages = {{"total", value_of(total)}};
  for (std::size_t stage = first; stage < last; ++stage)
    stages[std::string(kStageNames[stage])] = value_of(phases.stages[stage]);
  return stages;
}

Json phases_to_json(const Phases& phases) {
  return {{"setup_usec", stages_to_json(phases, phases.setup_total, 0, kSetupStageCount)},
          {"run_usec", value_of(phases.run)},
          {"teardown_usec", stages_to_json(phases, phases.teardown_total, kSetupStageCount, kStageCount)}};
}

Json resources_to_json(const ResourceUsage& usage, FigureWriter& figures) {
  Json resources = Json::object();
  for_each_measured(usage, [&](std::string_view path, const Measured& figure) {
    figures.write(resources, path, "resources." + std::string(path), figure);
  });
  return resources;
}

Json isolation_to_json(const IsolationReport& isolation) {
  Json namespaces = Json::object();
  for (const auto& [name, inode] : isolation.namespaces) namespaces[name] = inode;
  return {{"namespaces", std::move(namespaces)},
          {"root", text_or_null(isolation.root)},
          {"network", text_or_null(isolation.network)},
          {"cgroup", text_or_null(isolation.cgroup)}};
}

Json inputs_to_json(const std::optional<InputsReport>& inputs) {
  if (!inputs) return nullptr;
  return {{"settings", inputs->settings}, {"workspace", inputs->workspace}, {"jobs", inputs->jobs}};
}

Json denied_to_json(const Denials& denied, FigureWriter& figures) {
  if (!denied.calls) {
    figures.missing("denied", denied.note);
    return nullptr;
  }
  figures.found("denied", denied.note);
  Json list = Json::array();
  for (const DeniedCall& entry : *denied.calls) list.push_back({{"what", entry.what}, {"count", entry.count}});
  return list;
}

Json output_to_json(const OutputReport& output, FigureWriter& figures) {
  Json json = Json::object();
  figures.write(json, "stdout_bytes", "output.stdout_bytes", output.stdout_bytes);
  figures.write(json, "stderr_bytes", "output.stderr_bytes", output.stderr_bytes);
  json["truncated"] = output.truncated;
  return json;
}

Json artifacts_to_json(const std::vector<ArtifactReport>& artifacts) {
  Json list = Json::array();
  for (const ArtifactReport& artifact : artifacts)
    list.push_back(
        {{"path", artifact.path}, {"size_bytes", value_of(artifact.size)}, {"sha256", text_or_null(artifact.sha256)}});
  return list;
}

Json samples_to_json(const SamplesReport& samples) {
  return {{"interval_usec", value_of(samples.interval)}, {"columns", samples.columns}, {"rows", samples.rows}};
}

}  // namespace

Json limits_to_json(const Limits& limits) {
  Json json = Json::object();
  for_each_limit(limits, [&](const char* key, const auto& limit) { json[key] = value_of(limit); });
  return json;
}

Json job_to_json(const JobReport& job) {
  FigureWriter figures;
  Json resources = resources_to_json(job.resources, figures);
  Json denied = denied_to_json(job.denied, figures);
  Json output = output_to_json(job.output, figures);

  Json json = Json::object();
  json["name"] = job.name;
  json["attempt"] = job.attempt;
  json["command"] = job.command;
  json["outcome"] = outcome_to_json(job.outcome);
  json["phases"] = phases_to_json(job.phases);
  json["resources"] = std::move(resources);
  json["sources"] = figures.take_sources();
  json["unavailable"] = figures.take_unavailable();
  json["limits"] = limits_to_json(job.limits);
  json["isolation"] = isolation_to_json(job.isolation);
  json["inputs"] = inputs_to_json(job.inputs);
  json["from_pool"] = job.from_pool;
  json["warnings"] = job.warnings;
  json["denied"] = std::move(denied);
  json["output"] = std::move(output);
  json["artifacts"] = artifacts_to_json(job.artifacts);
  json["samples"] = samples_to_json(job.samples);
  return json;
}

Json run_header_to_json(const RunReport& run) {
  return {{"id", run.id},
          {"started_at", run.started_at},
          {"finished_at", run.finished_at},
          {"wall_usec", value_of(run.wall)},
          {"host", host_to_json(run.host)},
          {"tool", {{"name", "hermetric"}, {"version", run.tool_version}}}};
}

std::string run_to_json_text(const RunReport& run) {
  std::string text = report_head(run);
  for (const JobReport& job : run.jobs) append_report_job(text, job, &job == &run.jobs.front());
  return text + std::string(report_tail(!run.jobs.empty()));
}

}  // namespace hermetric
