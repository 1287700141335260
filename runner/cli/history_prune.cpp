#include <CLI/CLI.hpp>

#include <iostream>

#include "runner/cli/history_command.hpp"
#include "runner/cli/history_options.hpp"

namespace hermetric {

int history_prune(const Arguments& arguments) {
  HistoryOptions options;
  PruneRule rule;
  std::string before;
  CLI::App app("Removes old runs from the history.", "history prune");
  app.add_option("--keep", rule.keep, "keep the N newest runs of each project")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_option("--before", before, "remove runs of commits older than this")->type_name("TIME");
  add_db_option(app, options);
  if (const auto code = parse_arguments(app, "--keep N | --before TIME [OPTIONS]", arguments)) return *code;
  if (!before.empty()) {
    const auto time = parse_time(before);
    if (!time) return trouble("history prune: --before: " + time.error().message());
    rule.before = *time;
  }
  if (rule.keep == 0 && before.empty()) return trouble("history prune: say which: --keep N or --before TIME");
  auto store = open_history(options);
  if (!store) return trouble(std::move(store).error().in("history prune"));
  auto removed = (*store)->prune(rule);
  if (!removed) return trouble(std::move(removed).error().in("history prune"));
  std::cout << "removed " << *removed << " runs" << std::endl;
  return 0;
}

}  // namespace hermetric
