#include "runner/cli/compare_options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

#include "runner/cli/verdict_options.hpp"
#include "runner/job/units.hpp"

namespace hermetric {
namespace {

constexpr Duration kDefaultMaxTime = std::chrono::minutes(5);

constexpr const char* kFooter =
    "Exits with 0: no regression, 2: some metric regressed, 3: inconclusive (with --strict), 4: not comparable, as\n"
    "where a run fails, 125: trouble.\n"
    "As in: hermetric compare './old --fast' './new --fast'\n"
    "       hermetric compare --parameter N=1,2,4 'make -j{N}'\n"
    "       hermetric compare --file ci.yml --job test main HEAD\n"
    "       hermetric compare --import before.json after.json\n"
    "       hermetric compare --pairs rounds.csv --margin 2%";

/// What is text until all of it is read.
struct RawOptions {
  std::string precision, max_time, max_rounds, runs, warmups;
  std::vector<std::string> metrics;
};

void add_sources(CLI::App& app, CompareOptions& options) {
  const char* group = "What is compared";
  app.add_option("--file", options.file, "job file: the words are git revisions whose files become the workspace")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--job", options.job, "its job")->type_name("NAME")->group(group);
  app.add_option("--var", options.variables, "replaces ${K} in the job file")
      ->type_name("K=V")
      ->allow_extra_args(false)
      ->group(group);
  app.add_flag("--import", options.import, "the words are files: reports, or JSON of Google Benchmark or hyperfine")
      ->group(group);
  app.add_option("--pairs", options.pairs, "CSV with a row a round: a,b or NAME.a,NAME.b,...; - is stdin")
      ->type_name("FILE")
      ->group(group);
}

void add_list(CLI::App& app, const char* name, std::vector<std::string>& list, const char* help, const char* type,
              const char* group) {
  app.add_option(name, list, help)->type_name(type)->allow_extra_args(false)->group(group);
}

void add_round_options(CLI::App& app, CompareOptions& options, RawOptions& raw) {
  const char* group = "Rounds";
  app.add_option("-r,--runs", raw.runs, "so many rounds, whatever the intervals")->type_name("N")->group(group);
  app.add_option("-w,--warmup", raw.warmups, "rounds dropped before (1)")->type_name("N")->group(group);
  app.add_option("--precision", raw.precision, "enough when intervals are within +- this of wall and CPU time (1%)")
      ->type_name("SHARE")
      ->group(group);
  app.add_option("--max-time", raw.max_time, "no round that would end later (5m; none with --runs)")
      ->type_name("DUR")
      ->group(group);
  app.add_option("--max-rounds", raw.max_rounds, "(100)")->type_name("N")->group(group);
  app.add_flag("--shell", options.shell, "commands run in sh -e -c")->group(group);
  add_list(app, "--parameter", options.parameters, "{NAME} in commands stands for each of them", "NAME=a,b,...", group);
  add_list(app, "-n,--command-name", options.names, "what a command is called, in their order", "NAME", group);
  add_list(app, "-p,--prepare", options.prepare, "for sh on the host, unsealed, before each run: one, or one a command",
           "CMD", group);
  add_list(app, "-c,--cleanup", options.cleanup, "the same, when all is over", "CMD", group);
}

void add_verdict_options(CLI::App& app, CompareOptions& options, RawOptions& raw) {
  const char* group = "Verdicts";
  add_list(app, "--metric", raw.metrics, "only metrics that begin so, as cpu or memory.peak (all)", "NAME", group);
  add_list(app, "--margin", options.margins, "what does not matter: 2% or NAME=2% (by metric, 1 % where unknown)",
           "SHARE", group);
  app.add_flag("--strict", options.strict, "exit with 3 where a metric is inconclusive")->group(group);
  app.add_flag("--json", options.json, "for programs")->group(group);
  app.add_flag("--markdown", options.markdown, "for a pull request")->group(group);
}

Result<std::size_t> count_of(const std::string& text, std::size_t otherwise, std::uint64_t least, const char* option) {
  if (text.empty()) return otherwise;
  auto count = parse_integer(text, {.low = least, .high = 1'000'000});
  if (!count) return std::unexpected(std::move(count).error().in(option));
  return static_cast<std::size_t>(*count);
}

Status read_rounds(const RawOptions& raw, CompareOptions& options) {
  TRY_ASSIGN(options.warmups, count_of(raw.warmups, options.warmups, 0, "--warmup"));
  TRY_ASSIGN(options.stop.max_rounds, count_of(raw.max_rounds, options.stop.max_rounds, 1, "--max-rounds"));
  if (!raw.runs.empty()) {
    TRY_ASSIGN(options.stop.runs, count_of(raw.runs, 0, 1, "--runs"));
  }
  if (!raw.precision.empty()) {
    auto share = parse_share(raw.precision);
    if (!share) return std::unexpected(std::move(share).error().in("--precision"));
    options.stop.precision = *share;
  }
  if (!options.stop.runs) options.stop.max_time = kDefaultMaxTime;
  if (!raw.max_time.empty()) {
    auto time = parse_positive_duration(raw.max_time);
    if (!time) return std::unexpected(std::move(time).error().in("--max-time"));
    options.stop.max_time = *time;
  }
  auto metrics = select_metrics(raw.metrics);
  if (!metrics) return std::unexpected(std::move(metrics).error().in("--metric"));
  options.metrics = *std::move(metrics);
  options.stop.fewest_rounds = fewest_rounds(options.metrics.size());
  return {};
}

Status check_together(const CLI::App& app, const CompareOptions& options) {
  const int sources = (options.pairs.empty() ? 0 : 1) + (options.file.empty() ? 0 : 1) + (options.import ? 1 : 0);
  if (sources > 1) return std::unexpected(Error("--pairs, --file and --import: only one of them"));
  if (options.json && options.markdown) return std::unexpected(Error("--json and --markdown: only one of them"));
  if (options.file.empty() != options.job.empty())
    return std::unexpected(Error("--file FILE and --job NAME belong together"));
  if (sources == 0) return {};
  for (const CLI::Option* option : app.get_options()) {
    const std::string& group = option->get_group();
    const bool for_commands = group.starts_with("What the job") || group.starts_with("How it is run") ||
                              option->check_lname("parameter") || option->check_lname("shell") ||
                              option->check_lname("command-name");
    if (for_commands && option->count() > 0)
      return std::unexpected(Error(option->get_name() + ": only where commands are compared"));
  }
  return {};
}

}  // namespace

std::optional<int> parse_compare_options(const Arguments& arguments, CompareOptions& options) {
  const auto directory = begin_options("compare", options.exec);
  if (!directory) return trouble(directory.error());
  RawOptions raw;
  CLI::App app("Tells which of two versions costs more, and whether that is more than chance.", "compare");
  app.footer(kFooter);
  add_sources(app, options);
  add_round_options(app, options, raw);
  add_verdict_options(app, options, raw);
  add_job_options(app, *directory, options.exec);
  app.add_option("WORDS", options.words)->group("");
  if (const auto code = parse_arguments(app, "[OPTIONS] COMMAND... (each of them one word)", arguments)) return code;
  end_options(options.exec);
  auto read = read_rounds(raw, options);
  if (read) read = check_together(app, options);
  if (read && options.pairs.empty() && !options.import) read = apply_margins(options.margins, options.metrics);
  if (!read) return trouble(std::move(read).error().in("compare"));
  return std::nullopt;
}

}  // namespace hermetric
