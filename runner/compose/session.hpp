#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "isolation/sandbox/sandbox.hpp"
#include "isolation/sys/event.hpp"
#include "reports/model/report.hpp"
#include "runner/compose/host_report.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric {

/// What one call of hermetric stands on: state directories, mount template, cgroups, the host's facts, signals. Open it
/// in the main thread before any other thread is started.
class Session {
 public:
  static Result<std::unique_ptr<Session>> open(const std::optional<std::string>& cgroup_parent);

  [[nodiscard]] SandboxHost& host() { return *host_; }
  [[nodiscard]] const Event& interrupt() const { return *interrupt_; }

  /// What resolve() must know for `job`. Thread-safe; what is the same for many jobs is looked up once.
  [[nodiscard]] ResolveContext facts_for(const JobSpec& job);

 private:
  Session(std::unique_ptr<SandboxHost> host, const Event* interrupt);
  std::int64_t source_date(const std::string& workspace);

  std::unique_ptr<SandboxHost> host_;
  const Event* interrupt_;
  ResolveContext common_;
  std::mutex mutex_;
  std::map<std::string, std::int64_t> source_dates_;
};

/// The report of a run that begins now: id, time, host, tool.
RunReport begin_run_report(Session& session);

/// Ends it: time of end, wall time, and what the host was busy with besides the jobs.
void end_run_report(RunReport& report, const JobsCpu& jobs);

}  // namespace hermetric
