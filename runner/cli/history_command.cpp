#include "runner/cli/history_command.hpp"

#include <array>
#include <iostream>

#include "runner/job/nearest_name.hpp"

namespace hermetric {
namespace {

struct SubcommandEntry {
  std::string_view name;
  std::string_view help;
  int (*run)(const Arguments&);
};

constexpr std::array<SubcommandEntry, 8> kSubcommands = {{
    {"add", "add the figures of reports", history_add},
    {"import", "add figures that other programs measured", history_import},
    {"list", "list the series", history_list},
    {"show", "show the values of a series", history_show},
    {"analyze", "find the commits at which costs changed", history_analyze},
    {"gate", "tell whether a commit costs more than the level before it", history_gate},
    {"export", "print the history for other programs", history_export},
    {"prune", "remove old runs", history_prune},
}};

int show_history_help() {
  std::cout << "usage: hermetric history SUBCOMMAND [OPTIONS]\n\n";
  for (const SubcommandEntry& entry : kSubcommands)
    std::cout << "  " << entry.name << std::string(10 - entry.name.size(), ' ') << entry.help << '\n';
  std::cout << "\nhermetric history SUBCOMMAND --help tells more.\n";
  return 0;
}

}  // namespace

int history_command(const Arguments& arguments) {
  if (arguments.empty())
    return trouble("history: say what: hermetric history add|import|list|show|analyze|gate|export|prune");
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h") return show_history_help();
  std::array<std::string_view, kSubcommands.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = kSubcommands[i].name;
    if (names[i] != name) continue;
    return kSubcommands[i].run(Arguments(arguments.begin() + 1, arguments.end()));
  }
  return trouble("history: unknown subcommand \"" + name + "\"" + did_you_mean(name, names));
}

}  // namespace hermetric
