#include "runner/compose/session.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "isolation/cgroup/block_device.hpp"
#include "isolation/sys/clock.hpp"
#include "isolation/sys/mountinfo.hpp"
#include "isolation/workspace/host_parts.hpp"
#include "runner/compose/interrupt.hpp"
#include "runner/job/source_date.hpp"

namespace hermetric {
namespace {

constexpr std::uint64_t kDefaultPids = 4096;

bool is_file(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (const auto equals = text.find('='); equals != std::string::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

void add_disk(std::vector<std::string>& disks, const std::string& path) {
  const auto disk = disk_below(path);
  if (disk && std::find(disks.begin(), disks.end(), *disk) == disks.end()) disks.push_back(*disk);
}

/// RFC 3339 in UTC with microseconds.
std::string timestamp() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now);
  const std::time_t time = seconds.count();
  tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const auto micro = std::chrono::duration_cast<std::chrono::microseconds>(now - seconds).count();
  std::string fraction = std::to_string(micro);
  fraction.insert(0, 6 - fraction.size(), '0');
  return std::string(text.data()) + "." + fraction + "Z";
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const std::optional<std::string>& cgroup_parent) {
  TRY_ASSIGN(const Event* interrupt, catch_interrupts());
  TRY_ASSIGN(auto mounts, read_mountinfo());
  TRY_ASSIGN(auto host, SandboxHost::create(StateDirectories::of_this_user(), cgroup_parent));
  std::unique_ptr<Session> session(new Session(std::move(host), interrupt));
  session->common_.host_parts = host_parts(mounts);
  if (session->common_.rootless) session->common_.host_tree = host_tree(mounts, is_left_out_of_host_root);
  return session;
}

Session::Session(std::unique_ptr<SandboxHost> host, const Event* interrupt)
    : host_(std::move(host)), interrupt_(interrupt) {
  common_.cgroup_layout = host_->cgroups().layout();
  common_.rootless = host_->rootless();
  common_.ids = host_->id_map().count;
  if (host_->cgroups().has("pids")) common_.default_pids = kDefaultPids;
  common_.environment = own_environment();
  common_.is_file = is_file;
  add_disk(common_.io_devices, host_->directories().data);
  add_disk(common_.io_devices, "/");
}

std::int64_t Session::source_date(const std::string& workspace) {
  const std::lock_guard lock(mutex_);
  const auto known = source_dates_.find(workspace);
  if (known != source_dates_.end()) return known->second;
  return source_dates_.emplace(workspace, source_date_of(workspace)).first->second;
}

ResolveContext Session::facts_for(const JobSpec& job) {
  ResolveContext facts = common_;
  facts.source_date_epoch = job.workspace ? source_date(*job.workspace) : kDefaultSourceDate;
  if (job.workspace) add_disk(facts.io_devices, *job.workspace);
  if (job.scratch && job.scratch != "tmpfs") add_disk(facts.io_devices, *job.scratch);
  if (job.root != "host") add_disk(facts.io_devices, job.root);
  for (const std::vector<PathPair>* pairs : {&job.overlay, &job.ro, &job.rw})
    for (const PathPair& pair : *pairs) add_disk(facts.io_devices, pair.source);
  return facts;
}

RunReport begin_run_report(Session& session) {
  RunReport report;
  report.host = look_at_host();
  report.id = session.host().next_cell();
  report.started_at = timestamp();
  report.wall = monotonic_now();
  report.tool_version = HERMETRIC_VERSION;
  return report;
}

void end_run_report(RunReport& report, const JobsCpu& jobs) {
  report.finished_at = timestamp();
  report.wall = monotonic_now() - report.wall;
  look_again(report.host, report.wall, jobs);
}

}  // namespace hermetric
