#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "reports/interchange/foreign_figures.hpp"
#include "reports/interchange/lenient_json.hpp"

namespace hermetric {
namespace {

/// Numbers of a benchmark that are no counter.
constexpr std::array<std::string_view, 11> kNoCounters = {"family_index",
                                                          "per_family_instance_index",
                                                          "repetitions",
                                                          "repetition_index",
                                                          "threads",
                                                          "iterations",
                                                          "real_time",
                                                          "cpu_time",
                                                          "rms",
                                                          "cpu_coefficient",
                                                          "real_coefficient"};

/// What versions before 1.5, which had no run_type, ended the names of aggregates with.
constexpr std::array<std::string_view, 6> kAggregates = {"mean", "median", "stddev", "cv", "BigO", "RMS"};

/// Which subject an entry is about, and how its values came about.
struct Entry {
  std::string subject;
  std::string aggregate;  ///< empty: a repetition
};

Entry entry_of(const JsonCursor& benchmark) {
  const std::string name = benchmark.at("name").text();
  const auto run_name = benchmark.find("run_name");
  if (const auto type = benchmark.find("run_type")) {
    const auto aggregate = benchmark.find("aggregate_name");
    return {run_name ? run_name->text() : name,
            type->text() == "aggregate" ? (aggregate ? aggregate->text() : "unknown") : ""};
  }
  for (const std::string_view aggregate : kAggregates)
    if (name.ends_with("_" + std::string(aggregate)))
      return {name.substr(0, name.size() - aggregate.size() - 1), std::string(aggregate)};
  return {name, ""};
}

double nanoseconds_in(const JsonCursor& benchmark) {
  const auto unit = benchmark.find("time_unit");  // versions before 1.0 knew nanoseconds only
  const std::string name = unit ? unit->text() : "ns";
  if (name == "ns") return 1;
  if (name == "us") return 1e3;
  if (name == "ms") return 1e6;
  if (name == "s") return 1e9;
  unit->fail("expected ns, us, ms or s, found \"" + name + "\"");
  return 1;
}

/// What failed, or was skipped, has figures without a meaning.
std::optional<std::string> failure_of(const JsonCursor& benchmark) {
  for (const auto& [flag, text] :
       {std::pair("error_occurred", "error_message"), std::pair("skipped", "skip_message")}) {
    const auto failed = benchmark.find(flag);
    if (!failed || !failed->boolean()) continue;
    const auto message = benchmark.find(text);
    return message ? message->text() : "no reason given";
  }
  return std::nullopt;
}

/// The values of each metric of one subject, metrics in the order in which they come.
class Collector {
 public:
  void add(const std::string& subject, const std::string& metric, const std::string& unit,
           const std::optional<double>& value) {
    if (!value) return;
    const auto [place, is_new] = places_.try_emplace({subject, metric}, figures_.size());
    if (is_new) figures_.push_back({subject, metric, unit, metric.ends_with("_per_second"), {}});
    figures_[place->second].values.push_back(*value);
  }

  [[nodiscard]] bool has(const std::string& subject) const {
    const auto first = places_.lower_bound({subject, ""});
    return first != places_.end() && first->first.first == subject;
  }

  std::vector<ForeignFigure> take() { return std::move(figures_); }

 private:
  std::vector<ForeignFigure> figures_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
};

void collect(const JsonCursor& benchmark, const std::string& subject, Collector& collector) {
  const double scale = nanoseconds_in(benchmark);
  const auto time = [&](const char* key, const char* metric) {
    if (const auto value = benchmark.find(key))
      if (const auto number = number_or_null(*value)) collector.add(subject, metric, "ns", *number * scale);
  };
  static_cast<void>(benchmark.at("real_time"));
  time("real_time", "real_time_nsec");
  time("cpu_time", "cpu_time_nsec");
  for (const auto& [key, value] : benchmark.object()) {
    const bool is_counter =
        value.is_number() && std::find(kNoCounters.begin(), kNoCounters.end(), key) == kNoCounters.end();
    if (is_counter)
      collector.add(subject, key, key == "bytes_per_second" ? "B/s" : "", number_or_null(benchmark.at(key)));
  }
}

/// Hosts of one kind have the same number of CPUs at about the same frequency; a debug build of the library is another
/// measuring instrument, so it counts as another machine.
std::string machine_of(const JsonCursor& document) {
  const auto context = document.find("context");
  if (!context) return "";
  const auto cpus = context->find("num_cpus"), frequency = context->find("mhz_per_cpu");
  const auto build = context->find("library_build_type");
  std::string machine = cpus ? fmt::format("{} CPUs", cpus->unsigned_integer()) : "? CPUs";
  if (frequency) machine += fmt::format(", {:.1f} GHz", frequency->number() / 1000);
  if (build && build->text() != "release") machine += ", " + build->text() + " library";
  return machine;
}

void read_benchmarks(const JsonCursor& benchmarks, ForeignFile& file) {
  Collector repetitions;
  const std::size_t count = benchmarks.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Entry entry = entry_of(benchmarks.at(i));
    if (const auto failure = failure_of(benchmarks.at(i))) {
      const std::string warning = entry.subject + " failed and is left out: " + *failure;
      if (file.warnings.empty() || file.warnings.back() != warning) file.warnings.push_back(warning);
    } else if (entry.aggregate.empty()) {
      collect(benchmarks.at(i), entry.subject, repetitions);
    }
  }
  // Of --benchmark_report_aggregates_only nothing but the aggregates is left.
  for (const std::string_view aggregate : {"median", "mean"}) {
    Collector more = repetitions;
    for (std::size_t i = 0; i < count; ++i) {
      const Entry entry = entry_of(benchmarks.at(i));
      if (entry.aggregate == aggregate && !repetitions.has(entry.subject) && !failure_of(benchmarks.at(i)))
        collect(benchmarks.at(i), entry.subject, more);
    }
    repetitions = std::move(more);
  }
  file.runs.back().figures = repetitions.take();
}

}  // namespace

Result<ForeignFile> read_google_benchmark(std::string_view text) {
  TRY_ASSIGN(const nlohmann::json document, parse_lenient_json(text));
  std::optional<Error> first_error;
  const JsonCursor cursor(document, first_error);
  ForeignFile file;
  file.runs.push_back({"", {}, machine_of(cursor), {}});
  read_benchmarks(cursor.at("benchmarks"), file);
  if (first_error) return std::unexpected(*std::move(first_error));
  if (file.runs.back().figures.empty()) return std::unexpected(Error("benchmarks: no benchmark that ran"));
  return file;
}

}  // namespace hermetric
