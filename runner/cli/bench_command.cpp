#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "reports/render/table.hpp"
#include "reports/render/units.hpp"
#include "reports/stats/medians.hpp"
#include "runner/cli/command.hpp"
#include "runner/compose/host_bench.hpp"
#include "runner/compose/host_report.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

double microseconds(double seconds) { return seconds * 1e6; }

std::string median_text(const std::vector<double>& seconds) {
  return format_duration(Duration(static_cast<Duration::rep>(microseconds(median(seconds)))));
}

std::string ratio_text(const std::vector<double>& own, const std::vector<double>& floor) {
  const auto ratio = median_ratio(own, floor);
  return ratio ? fmt::format("{:.2f}", *ratio) : "-";
}

Table table_of(const HostBench& bench) {
  Table table{
      {"TOOL", "BACK TO BACK", "RATIO", "60 MS APART", "RATIO", ""}, {true, false, false, false, false, true}, {}};
  const BenchRow& floor = bench.rows.front();
  for (const BenchRow& row : bench.rows)
    table.rows.push_back({row.name, median_text(row.tight), ratio_text(row.tight, floor.tight), median_text(row.spaced),
                          ratio_text(row.spaced, floor.spaced), row.remark});
  return table;
}

Json times_json(const std::vector<double>& seconds, const std::vector<double>& floor) {
  Json samples = Json::array();
  for (const double each : seconds) samples.push_back(microseconds(each));
  const auto ratio = median_ratio(seconds, floor);
  return {{"median_usec", microseconds(median(seconds))},
          {"ratio_to_floor", ratio ? Json(*ratio) : Json()},
          {"samples_usec", samples}};
}

Json json_of(const HostBench& bench) {
  const HostReport host = look_at_host();
  Json rows = Json::array(), skipped = Json::array();
  for (const BenchRow& row : bench.rows)
    rows.push_back({{"name", row.name},
                    {"remark", row.remark},
                    {"tight", times_json(row.tight, bench.rows.front().tight)},
                    {"spaced", times_json(row.spaced, bench.rows.front().spaced)}});
  for (const HostBench::Skipped& each : bench.skipped)
    skipped.push_back({{"name", each.name}, {"reason", each.reason}});
  return {{"kernel", host.kernel}, {"cgroup", host.cgroup}, {"rows", rows}, {"skipped", skipped}};
}

}  // namespace

int bench_command(const Arguments& arguments) {
  HostBenchOptions options;
  bool json = false;
  CLI::App app(
      "Measures what isolation costs on this host: a program that does nothing, without any container, by "
      "hermetric and by the other tools that are installed, in interleaved rounds. RATIO is to the first.",
      "bench");
  app.add_option("--rounds", options.rounds, "how often each runs back to back, and again 60 ms apart")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_flag("--json", json, "as JSON, with every sample");
  if (const auto code = parse_arguments(app, "[--rounds N] [--json]", arguments)) return *code;
  std::error_code error;
  options.executable = std::filesystem::read_symlink("/proc/self/exe", error).string();
  if (error) return trouble(Error::system("readlink", "/proc/self/exe", error.value()));
  auto session = Session::open(std::nullopt);
  if (!session) return trouble(session.error());
  const auto bench = bench_host(**session, options);
  if (!bench) return trouble(Error(bench.error()).in("bench"));
  if (json) {
    std::cout << json_of(*bench).dump(2) << '\n';
  } else {
    std::cout << table_of(*bench).text();
    for (const HostBench::Skipped& each : bench->skipped) std::cout << each.name << ": " << each.reason << '\n';
  }
  return std::cout.flush() ? 0 : trouble("stdout could not be written");
}

}  // namespace hermetric
