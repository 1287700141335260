#include "runner/compose/cell_rounds.hpp"

#include "isolation/host/noise.hpp"
#include "isolation/sys/clock.hpp"
#include "isolation/sys/files.hpp"
#include "runner/compose/host_command.hpp"
#include "runner/exec/executor.hpp"

namespace hermetric {
Result<CellRounds> CellRounds::create(Session& session, std::vector<ComparedVersion> versions) {
  TRY_ASSIGN(StagingDirectory staging, StagingDirectory::make(session.host(), "compare"));
  return CellRounds(session, std::move(versions), std::move(staging));
}

Result<JobReport> CellRounds::run(std::size_t version) {
  const ComparedVersion& compared = versions_[version];
  if (compared.prepare) {
    auto prepared = run_on_host({"sh", "-c", *compared.prepare});
    if (!prepared && !interrupted())
      return std::unexpected(std::move(prepared).error().in("--prepare \"" + *compared.prepare + "\""));
  }
  return execute(compared.job, compared.facts, {session_.host(), session_.interrupt(), {}},
                 {"/dev/null", stderr_file(), std::nullopt});
}

HostActivity CellRounds::activity() { return look_at_activity(); }

Duration CellRounds::now() { return monotonic_now(); }

bool CellRounds::interrupted() const { return session_.interrupt().is_set(); }

}  // namespace hermetric
