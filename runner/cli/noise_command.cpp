#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <iostream>

#include "isolation/host/noise.hpp"
#include "reports/model/json_text.hpp"
#include "reports/render/table.hpp"
#include "reports/render/text.hpp"
#include "reports/render/units.hpp"
#include "reports/stats/medians.hpp"
#include "reports/stats/visible_change.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/jitter.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::size_t, 3> kRounds = {30, 100, 300};

/// One clock of one kind of work.
struct Variation {
  std::string work, clock, what;
  double median_usec = 0, variation = 0;
  std::size_t values = 0;
};

struct Noise {
  std::vector<Variation> variations;
  std::optional<double> steal;  ///< share of the CPUs' time that the hypervisor gave to others
  std::vector<std::string> warnings;
};

std::optional<double> steal_between(const HostActivity& before, const HostActivity& after) {
  const auto steal = growth(before.cpu_steal_usec, after.cpu_steal_usec);
  const auto busy = growth(before.cpu_busy_usec, after.cpu_busy_usec);
  if (!steal || !busy || *steal + *busy == 0) return std::nullopt;
  return static_cast<double>(*steal) / static_cast<double>(*steal + *busy);
}

Variation variation_of(const Jitter& jitter, const char* clock, const std::vector<double>& values) {
  return {jitter.name, clock, jitter.what, median(values), robust_variation(values), values.size()};
}

Result<Noise> measure(double seconds, const std::string& directory) {
  Noise noise;
  noise.warnings = warnings_of(look_at_settings());
  const HostActivity before = look_at_activity();
  for (const std::string& warning : warnings_before(before)) noise.warnings.push_back(warning);
  TRY_ASSIGN(const auto kinds, measure_jitter(seconds, directory));
  noise.steal = steal_between(before, look_at_activity());
  for (const Jitter& jitter : kinds) {
    noise.variations.push_back(variation_of(jitter, "wall", jitter.wall_usec));
    // What a device takes is no CPU time.
    if (jitter.name != "io") noise.variations.push_back(variation_of(jitter, "cpu", jitter.cpu_usec));
  }
  return noise;
}

std::string percent(double share) {
  return share < 0.995 ? fmt::format("{:.2g} %", 100 * share) : fmt::format("{:.0f} %", 100 * share);
}

void print_noise(const Noise& noise) {
  Table table{{"WORK", "CLOCK", "MEDIAN", "VARIES BY", "30 ROUNDS SEE", "100 ROUNDS", "300 ROUNDS"}, {true, true}, {}};
  for (const Variation& each : noise.variations) {
    std::vector<std::string> row = {sanitize(each.what), each.clock,
                                    format_duration(Duration(static_cast<Duration::rep>(each.median_usec))),
                                    percent(each.variation)};
    for (const std::size_t rounds : kRounds) row.push_back(percent(visible_change(each.variation, rounds)));
    table.rows.push_back(std::move(row));
  }
  std::cout << table.text() << "\nsteal: " << (noise.steal ? percent(*noise.steal) : "?") << " of the time CPUs ran\n";
  for (const std::string& warning : noise.warnings) std::cout << "warning: " << sanitize(warning) << '\n';
}

void print_json(const Noise& noise) {
  Json list = Json::array();
  for (const Variation& each : noise.variations) {
    Json visible = Json::object();
    for (const std::size_t rounds : kRounds) visible[std::to_string(rounds)] = visible_change(each.variation, rounds);
    list.push_back({{"name", each.work + " " + each.clock},
                    {"what", each.what},
                    {"values", each.values},
                    {"median_usec", each.median_usec},
                    {"variation", each.variation},
                    {"visible_change", visible}});
  }
  std::string text;
  append_json(
      text,
      {{"work", list}, {"steal", noise.steal ? Json(*noise.steal) : Json(nullptr)}, {"warnings", noise.warnings}});
  std::cout << text << '\n';
}

}  // namespace

int noise_command(const Arguments& arguments) {
  double seconds = 5;
  std::string directory = ".";
  bool json = false;
  CLI::App app("Measures how much equal work varies on this host, and tells what size of change that lets one see.",
               "noise");
  app.footer(
      "A change is visible where paired rounds, as of compare, show it four times of five. Run it on a host as busy "
      "as\n"
      "it is when jobs are measured. As in: hermetric noise --time 10");
  app.add_option("--time", seconds, "how long to measure, in seconds")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--directory", directory, "where to write files (the current one)")->type_name("DIR");
  app.add_flag("--json", json, "for programs");
  if (const auto code = parse_arguments(app, "[OPTIONS]", arguments)) return *code;
  auto noise = measure(seconds, directory);
  if (!noise) return trouble(std::move(noise).error().in("noise"));
  json ? print_json(*noise) : print_noise(*noise);
  std::cout << std::flush;
  return std::cout ? 0 : trouble("noise: stdout could not be written");
}

}  // namespace hermetric
