#include <fmt/format.h>

#include "reports/interchange/foreign_figures.hpp"
#include "reports/interchange/lenient_json.hpp"

namespace hermetric {
namespace {

constexpr double kMicroseconds = 1e6;

/// Which of a command's runs exited with 0; where the file does not say (before 1.12), hyperfine stopped at the first
/// that did not.
std::vector<bool> successes(const JsonCursor& result, std::size_t runs) {
  std::vector<bool> succeeded(runs, true);
  const auto codes = result.find("exit_codes");
  if (!codes) return succeeded;
  const std::size_t count = codes->size();
  if (count != runs) codes->fail(fmt::format("expected {} as in times, found {}", runs, count));
  for (std::size_t i = 0; i < std::min(count, runs); ++i)
    succeeded[i] = !codes->at(i).is_null() && codes->at(i).number() == 0;
  return succeeded;
}

/// The values of the runs that count.
std::vector<double> values_of(const JsonCursor& list, const std::vector<bool>& succeeded, double scale) {
  std::vector<double> values;
  const std::size_t count = list.size();
  if (count != succeeded.size()) list.fail(fmt::format("expected {} as in times, found {}", succeeded.size(), count));
  for (std::size_t i = 0; i < std::min(count, succeeded.size()); ++i)
    if (const auto value = number_or_null(list.at(i)); value && succeeded[i]) values.push_back(*value * scale);
  return values;
}

void read_result(const JsonCursor& result, ForeignFile& file) {
  const std::string command = result.at("command").text();
  auto& figures = file.runs.back().figures;
  const auto add = [&](const char* metric, const char* unit, std::vector<double> values) {
    if (!values.empty()) figures.push_back({command, metric, unit, false, std::move(values)});
  };
  const auto times = result.find("times");
  if (!times) return add("wall_usec", "us", {result.at("median").number() * kMicroseconds});
  const std::vector<bool> succeeded = successes(result, times->size());
  const auto failed = std::count(succeeded.begin(), succeeded.end(), false);
  if (failed > 0)
    file.warnings.push_back(
        fmt::format("{}: {} of {} runs did not exit with 0 and are left out", command, failed, succeeded.size()));
  add("wall_usec", "us", values_of(*times, succeeded, kMicroseconds));
  if (const auto memory = result.find("memory_usage_byte"))
    add("memory.max_rss_bytes", "B", values_of(*memory, succeeded, 1));
  if (failed > 0) return;  // the means hold the failed runs, too
  for (const auto& [key, metric] : {std::pair("user", "cpu.user_usec"), std::pair("system", "cpu.system_usec")})
    if (const auto mean = result.find(key)) add(metric, "us", {mean->number() * kMicroseconds});
}

}  // namespace

Result<ForeignFile> read_hyperfine(std::string_view text) {
  TRY_ASSIGN(const nlohmann::json document, parse_lenient_json(text));
  std::optional<Error> first_error;
  const JsonCursor results = JsonCursor(document, first_error).at("results");
  ForeignFile file;
  file.runs.emplace_back();
  const std::size_t count = results.size();
  for (std::size_t i = 0; i < count; ++i) read_result(results.at(i), file);
  if (first_error) return std::unexpected(*std::move(first_error));
  if (file.runs.back().figures.empty()) return std::unexpected(Error("results: no command that exited with 0"));
  return file;
}

}  // namespace hermetric
