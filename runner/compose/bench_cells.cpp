#include "runner/compose/bench_cells.hpp"

#include <chrono>
#include <thread>

#include "isolation/sys/clock.hpp"
#include "runner/exec/executor.hpp"
#include "runner/job/resolve.hpp"

namespace hermetric {
namespace {

constexpr std::chrono::milliseconds kLook(1);
constexpr auto kPatience = std::chrono::seconds(10);

}  // namespace

Result<std::unique_ptr<BenchCells>> BenchCells::create(Session& session, JobSpec job) {
  TRY_ASSIGN(SandboxSpec spec, resolve(job, session.facts_for(job)));
  return std::unique_ptr<BenchCells>(new BenchCells(session, std::move(job), std::move(spec)));
}

Status BenchCells::cold() {
  const ExecContext context{session_.host(), session_.interrupt(), {}};
  const JobReport report = execute(job_, session_.facts_for(job_), context, {});
  if (report.outcome.status == OutcomeStatus::kPassed) return {};
  return std::unexpected(Error(report.outcome.reason.value_or("the job failed")));
}

Result<PreparedCell> BenchCells::next_cell() {
  pool_.expect({need_of(spec_)});
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (pool_.waiting() == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(kLook);
  auto cell = pool_.take(spec_);
  pool_.expect({});  // none is made while this one is measured
  if (!cell) return std::unexpected(Error("no cell could be made ahead"));
  return *std::move(cell);
}

Result<BenchCells::FromPool> BenchCells::from_pool() {
  TRY_ASSIGN(const PreparedCell cell, next_cell());
  const Duration released_at = monotonic_now();
  TRY(cell.sandbox->release(spec_));
  TRY_ASSIGN(const Ending ending, cell.sandbox->wait());
  const Duration ended_at = monotonic_now();
  const Duration executed_at = cell.sandbox->exec_at().value_or(Duration{});
  TRY(cell.sandbox->close());
  if (ending.exit_code != 0) return std::unexpected(Error("the job failed"));
  return FromPool{executed_at + cell.sandbox->phases().run - released_at, ended_at - released_at};
}

}  // namespace hermetric
