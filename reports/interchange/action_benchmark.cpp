#include <array>

#include "reports/interchange/foreign_figures.hpp"
#include "reports/interchange/lenient_json.hpp"
#include "reports/interchange/timestamp.hpp"

namespace hermetric {
namespace {

constexpr std::string_view kAssignment = "window.BENCHMARK_DATA";

/// data.js as JSON: what JavaScript adds becomes spaces, so that lines and columns stay.
std::string without_script(std::string_view text) {
  std::string json(text);
  const std::size_t begin = text.find(kAssignment);
  if (begin == std::string_view::npos) return json;
  const std::size_t brace = text.find('{', begin);
  for (std::size_t i = 0; i < std::min(brace, json.size()); ++i)
    if (json[i] != '\n') json[i] = ' ';
  const std::size_t end = json.find_last_not_of(" \t\r\n");
  if (end != std::string::npos && json[end] == ';') json[end] = ' ';
  return json;
}

/// Of the tools that the action knows these report what should be high, and so do units of something a second.
bool is_bigger_better(std::string_view tool, std::string_view unit) {
  for (const std::string_view other : {"benchmarkjs", "pytest", "customBiggerIsBetter"})
    if (tool == other) return true;
  return unit.ends_with("/s") || unit.ends_with("/sec");
}

std::int64_t time_of(const JsonCursor& entry, const JsonCursor& commit) {
  if (const auto timestamp = commit.find("timestamp")) {
    if (const auto seconds = parse_timestamp(timestamp->text())) return *seconds;
    timestamp->fail("expected a time, as in 2026-11-24T17:00:00+01:00, found \"" + timestamp->text() + "\"");
  }
  return static_cast<std::int64_t>(entry.at("date").number() / 1000);
}

ForeignRun run_of(const JsonCursor& entry, const std::string& suite) {
  const JsonCursor commit = entry.at("commit"), benches = entry.at("benches");
  const auto tool = entry.find("tool");
  const std::string tool_name = tool ? tool->text() : "";
  ForeignRun run{commit.at("id").text(), time_of(entry, commit), "", {}};
  if (run.commit.empty()) commit.at("id").fail("expected a commit, found nothing");
  const std::size_t count = benches.size();
  for (std::size_t i = 0; i < count; ++i) {
    const JsonCursor bench = benches.at(i);
    const auto value = number_or_null(bench.at("value"));
    const auto unit = bench.find("unit");
    const std::string unit_name = unit ? unit->text() : "";
    const std::string subject = suite + "/" + bench.at("name").text();
    if (value) run.figures.push_back({subject, "value", unit_name, is_bigger_better(tool_name, unit_name), {*value}});
  }
  return run;
}

}  // namespace

Result<ForeignFile> read_action_benchmark(std::string_view text) {
  TRY_ASSIGN(const nlohmann::json document, parse_lenient_json(without_script(text)));
  std::optional<Error> first_error;
  const JsonCursor entries = JsonCursor(document, first_error).at("entries");
  ForeignFile file;
  for (const auto& [suite, unused] : entries.object()) {
    const JsonCursor list = entries.at(suite);
    const std::size_t count = list.size();
    for (std::size_t i = 0; i < count; ++i) {
      ForeignRun run = run_of(list.at(i), suite);
      if (!run.figures.empty()) file.runs.push_back(std::move(run));
    }
  }
  if (first_error) return std::unexpected(*std::move(first_error));
  if (file.runs.empty()) return std::unexpected(Error("entries: no benchmark in them"));
  return file;
}

Result<ForeignFile> read_foreign_json(std::string_view text) {
  if (text.find(kAssignment) != std::string_view::npos) return read_action_benchmark(text);
  TRY_ASSIGN(const nlohmann::json document, parse_lenient_json(text));
  if (document.contains("benchmarks")) return read_google_benchmark(text);
  if (document.contains("results")) return read_hyperfine(text);
  if (document.contains("entries")) return read_action_benchmark(text);
  return std::unexpected(
      Error("expected JSON of Google Benchmark (\"benchmarks\"), hyperfine (\"results\") or github-action-benchmark"
            " (\"entries\")"));
}

}  // namespace hermetric
