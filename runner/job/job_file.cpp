#include "runner/job/job_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>

#include "isolation/sys/files.hpp"
#include "runner/job/field.hpp"
#include "runner/job/job_keys.hpp"
#include "runner/job/link_jobs.hpp"
#include "runner/job/nearest_name.hpp"
#include "runner/job/operands.hpp"
#include "runner/job/yaml_tree.hpp"

namespace hermetric {
namespace {

constexpr Bytes kDefaultOutput = mebibytes(64);

enum class Section { kDefaults, kJob };

Error unknown_key(const Field& key, std::span<const std::string_view> names) {
  const std::string& name = key.node().text;
  return key.error(fmt::format("unknown key \"{}\"{}", name, did_you_mean(name, names)));
}

/// Reads the keys of one job, or of the defaults, on top of what `job` already says.
Status read_keys(JobDraft& job, const Field& body, Section section) {
  TRY_ASSIGN(const auto entries, body.entries());
  for (const auto& [key, value] : entries) {
    const auto found = std::ranges::find(job_keys(), key->text, &JobKey::name);
    if (found == job_keys().end()) {
      std::vector<std::string_view> names;
      for (const JobKey& known : job_keys()) names.push_back(known.name);
      return std::unexpected(unknown_key(body.part(*key), names));
    }
    if (section == Section::kDefaults && !found->in_defaults)
      return std::unexpected(body.part(*key).error(fmt::format("\"{}\" belongs to a job", key->text)));
    const Field field = body.part(*value, key->text);
    TRY(check_shape(field, found->shape.kind));
    TRY(found->read(job, field));
  }
  return {};
}

Result<JobDraft> read_job(const YamlEntry& entry, const JobDraft& defaults, const JobFileSource& source) {
  JobDraft job = defaults;
  TRY(Field(*entry.key, source, "jobs").scalar(job.spec.name, parse_job_name));
  job.spec.base_name = job.spec.name;
  job.position = entry.key->position;
  const Field body(*entry.value, source, fmt::format("job \"{}\"", job.spec.name));
  TRY(read_keys(job, body, Section::kJob));
  const Field name(*entry.key, source, fmt::format("job \"{}\"", job.spec.name));
  if (job.spec.command.empty())
    return std::unexpected(name.error("has no command").remedy("add `command:`, text for sh or a list of arguments"));
  if (job.spec.when == When::kFailed && job.needs.empty())
    return std::unexpected(
        name.error("`when: failed` without `needs` never runs").remedy("say whose failure it waits for"));
  if (job.spec.limits.memory && !job.spec.limits.swap) job.spec.limits.swap = Bytes{0};
  return job;
}

JobDraft defaults_of_run(const JobFileContext& context) {
  JobDraft defaults;
  defaults.spec.workspace = context.directory;
  defaults.spec.limits.output = kDefaultOutput;
  return defaults;
}

Result<std::vector<JobDraft>> read_document(const YamlNode& root, const JobFileSource& source, JobDraft defaults) {
  constexpr std::array<std::string_view, 2> kTopLevel = {"defaults", "jobs"};
  const Field top(root, source, "");
  TRY_ASSIGN(const auto sections, top.entries());
  std::array<YamlNodePtr, kTopLevel.size()> bodies;
  for (const auto& [key, value] : sections) {
    const auto name = std::ranges::find(kTopLevel, key->text);
    if (name == kTopLevel.end()) return std::unexpected(unknown_key(top.part(*key), kTopLevel));
    bodies[static_cast<std::size_t>(name - kTopLevel.begin())] = value;
  }
  const auto& [shared, jobs] = bodies;
  if (shared) TRY(read_keys(defaults, top.part(*shared, "defaults"), Section::kDefaults));
  if (!jobs) return std::unexpected(top.error("has no `jobs`"));

  const Field list = top.part(*jobs, "jobs");
  TRY_ASSIGN(const auto entries, list.entries());
  if (entries.empty()) return std::unexpected(list.error("there is no job"));
  std::vector<JobDraft> drafts;
  for (const YamlEntry& entry : entries) {
    TRY_ASSIGN(drafts.emplace_back(), read_job(entry, defaults, source));
  }
  return drafts;
}

}  // namespace

Result<Pipeline> parse_job_file(const std::string& text, const std::string& file, const JobFileContext& context) {
  TRY_ASSIGN(const YamlNodePtr root, parse_yaml(text, file, context.variables));
  const JobFileSource source = {.file = file, .directory = context.directory};
  TRY_ASSIGN(std::vector<JobDraft> drafts, read_document(*root, source, defaults_of_run(context)));
  return link_jobs(std::move(drafts), file);
}

Result<Pipeline> load_job_file(const std::string& path, const JobFileContext& context) {
  auto text = read_file(path);
  if (!text) return std::unexpected(std::move(text).error().in("job file"));
  return parse_job_file(*text, path, context);
}

}  // namespace hermetric
