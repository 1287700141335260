#include "runner/job/settings_digest.hpp"

#include <algorithm>

#include "runner/job/digest.hpp"

namespace hermetric {
namespace {

bool sees_the_unknown(const JobSpec& job) {
  return !job.workspace || !job.overlay.empty() || !job.ro.empty() || !job.rw.empty() || job.stdin_from != "null" ||
         job.network == Network::kHost;
}

/// `key`, and how many values belong to it.
void append(std::vector<std::string>& parts, const std::string& key, const std::vector<std::string>& values) {
  parts.push_back(key + " " + std::to_string(values.size()));
  parts.insert(parts.end(), values.begin(), values.end());
}

std::vector<std::string> variables_of(const JobSpec& job, const std::map<std::string, std::string>& environment) {
  std::map<std::string, std::string> given;
  for (const std::string& name : job.pass_env)
    if (const auto own = environment.find(name); own != environment.end()) given[name] = own->second;
  for (const auto& [name, value] : job.env) given[name] = value;
  given.erase("SOURCE_DATE_EPOCH");
  std::vector<std::string> variables;
  for (const auto& [name, value] : given) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<std::string> sorted(std::vector<std::string> values) {
  std::ranges::sort(values);
  return values;
}

std::vector<std::string> tmpfs_of(const JobSpec& job) {
  std::vector<std::string> mounts;
  for (const TmpfsSpec& tmpfs : job.tmpfs)
    mounts.push_back(tmpfs.path + ":" + (tmpfs.size ? std::to_string(tmpfs.size->count) : ""));
  return sorted(std::move(mounts));
}

}  // namespace

std::optional<std::string> settings_digest(const JobSpec& job, const std::map<std::string, std::string>& environment) {
  if (sees_the_unknown(job)) return std::nullopt;
  std::vector<std::string> parts;
  append(parts, "env", variables_of(job, environment));
  append(parts, "hide", sorted(job.hide));
  append(parts, "tmpfs", tmpfs_of(job));
  append(parts, "cwd", {job.cwd.value_or("")});
  append(parts, "scratch", {job.scratch.value_or("")});
  append(parts, "exclusive_cores", {std::to_string(job.exclusive_cores.value_or(0))});
  append(parts, "network", {std::string(name_of(job.network))});
  append(parts, "names", {job.hostname, job.domainname});
  append(parts, "user", {std::to_string(job.user.uid), std::to_string(job.user.gid)});
  append(parts, "nested", {job.nested ? "true" : "false"});
  return digest_of(parts);
}

}  // namespace hermetric
