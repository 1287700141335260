#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <iostream>

#include "isolation/host/probe.hpp"
#include "reports/model/json_text.hpp"
#include "reports/render/cells.hpp"
#include "reports/render/text.hpp"
#include "reports/render/units.hpp"
#include "runner/cli/compare_sources.hpp"
#include "runner/cli/verdict_options.hpp"
#include "runner/compose/interrupt.hpp"
#include "runner/compose/last_lines.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kErrorLines = 10;

/// One line on a terminal that the next one overwrites.
void show_progress(const RoundProgress& progress) {
  std::cerr << fmt::format("\r\x1b[K{} rounds in {}", progress.rounds, format_duration(progress.elapsed));
  if (progress.disturbed > 0) std::cerr << fmt::format(", {} disturbed", progress.disturbed);
  if (progress.failed > 0) std::cerr << fmt::format(", {} failed", progress.failed);
  std::cerr << std::flush;
}

RoundOptions round_options(const CompareOptions& options, std::size_t versions) {
  RoundOptions rounds;
  rounds.versions = versions;
  rounds.warmups = options.warmups;
  rounds.host_cpus = std::max<std::size_t>(probe_host().online_cpus.size(), 1);
  rounds.metrics = options.metrics;
  rounds.stop = options.stop;
  if (::isatty(STDERR_FILENO) == 1) rounds.on_round = show_progress;
  return rounds;
}

std::string text_of(const CompareOptions& options, const std::vector<VersionLabel>& labels,
                    const RoundsResult& measured, const RoundsAnalysis& analysis) {
  if (!options.json) return rounds_text(labels, measured, analysis, options.markdown);
  std::string text;
  append_json(text, rounds_to_json(labels, measured, analysis));
  return text + "\n";
}

int exit_code_of(const RoundsResult& measured, const RoundsAnalysis& analysis, bool strict) {
  if (const auto code = code_without_verdict(measured)) return *code;
  std::vector<PairedComparison> all;
  for (const auto& metrics : analysis.against_baseline) all.insert(all.end(), metrics.begin(), metrics.end());
  return exit_code_of(all, strict);
}

}  // namespace

std::optional<int> code_without_verdict(const RoundsResult& measured) {
  if (const auto interrupt = caught_interrupt()) return 128 + *interrupt;
  if (measured.stop == StopReason::kFailed) return kExitNotComparable;
  return std::nullopt;
}

void say_failure(const std::string& what, const Outcome& outcome, const std::string& stderr_file) {
  trouble("compare: " + what + ": " + outcome_text(outcome) +
          (outcome.reason ? ": " + *outcome.reason : std::string()));
  const std::string errors = last_lines(stderr_file, kErrorLines);
  for (std::size_t begin = 0; begin < errors.size();) {
    const std::size_t end = std::min(errors.find('\n', begin), errors.size());
    std::cerr << "  | " << sanitize(std::string_view(errors).substr(begin, end - begin)) << '\n';
    begin = end + 1;
  }
}

Result<Measurement> measure_versions(Session& session, const CompareOptions& options,
                                     const std::vector<VersionLabel>& labels, std::vector<ComparedVersion> versions) {
  TRY_ASSIGN(auto cells, CellRounds::create(session, std::move(versions)));
  const RoundOptions rounds = round_options(options, labels.size());
  auto measured = measure_rounds(rounds, cells);
  if (rounds.on_round) std::cerr << "\r\x1b[K" << std::flush;
  if (!measured) return std::unexpected(std::move(measured).error().in("compare"));
  if (measured->failure)
    say_failure("\"" + labels[measured->failure->version].name + "\"", measured->failure->report.outcome,
                cells.stderr_file());
  if (measured->stop == StopReason::kFailed)
    trouble("compare: not comparable: a run that fails has no cost to compare");
  RoundsAnalysis analysis = measured->rounds > 0 ? analyze_rounds(measured->metrics) : RoundsAnalysis();
  return Measurement{*std::move(measured), std::move(analysis)};
}

int compare_versions(Session& session, const CompareOptions& options, const std::vector<VersionLabel>& labels,
                     std::vector<ComparedVersion> versions) {
  const auto measured = measure_versions(session, options, labels, std::move(versions));
  if (!measured) return trouble(measured.error());
  const auto& [rounds, analysis] = *measured;
  const int code = exit_code_of(rounds, analysis, options.strict);
  const bool shown = options.json || rounds.rounds > 0;
  return shown ? print_result(text_of(options, labels, rounds, analysis), code) : code;
}

}  // namespace hermetric
