#include <algorithm>

#include "runner/cli/compare_sources.hpp"
#include "runner/compare/parameters.hpp"
#include "runner/compose/core_placement.hpp"
#include "runner/compose/settle_paths.hpp"
#include "runner/job/words.hpp"

namespace hermetric {
namespace {

/// A command with its parameters replaced, and its hooks.
struct BoundCommand {
  VersionLabel label;
  Hooks hooks;
};

Result<std::vector<Binding>> bindings_of(const CompareOptions& options) {
  std::vector<Parameter> parameters;
  for (const std::string& text : options.parameters) {
    TRY_ASSIGN(Parameter parameter, parse_parameter(text));
    const std::string braced = "{" + parameter.name + "}";
    if (std::ranges::none_of(options.words, [&](const auto& word) { return word.find(braced) != std::string::npos; }))
      return std::unexpected(Error("no command has " + braced));
    parameters.push_back(std::move(parameter));
  }
  return all_bindings(parameters);
}

Result<VersionLabel> label_of(const CompareOptions& options, const std::string& text, std::size_t number) {
  VersionLabel label{number < options.names.size() ? options.names[number] : text, {"sh", "-e", "-c", text}};
  if (options.shell) return label;
  auto words = split_words(text);
  if (!words) return std::unexpected(std::move(words).error().in("\"" + text + "\""));
  label.command = *std::move(words);
  return label;
}

Result<std::vector<BoundCommand>> bind_commands(const CompareOptions& options) {
  auto bindings = bindings_of(options);
  if (!bindings) return std::unexpected(std::move(bindings).error().in("--parameter"));
  TRY_ASSIGN(const auto hooks, hooks_of(options));
  std::vector<BoundCommand> commands;
  for (std::size_t i = 0; i < options.words.size(); ++i) {
    for (const Binding& binding : *bindings) {
      BoundCommand bound;
      TRY_ASSIGN(bound.label, label_of(options, substitute(options.words[i], binding), commands.size()));
      if (hooks[i].prepare) bound.hooks.prepare = substitute(*hooks[i].prepare, binding);
      if (hooks[i].cleanup) bound.hooks.cleanup = substitute(*hooks[i].cleanup, binding);
      commands.push_back(std::move(bound));
    }
  }
  if (options.names.size() > commands.size()) return std::unexpected(Error("--command-name: more names than commands"));
  return commands;
}

}  // namespace

int compare_commands(CompareOptions& options) {
  if (options.words.empty())
    return trouble("compare: no command: as in hermetric compare ./old ./new (or --pairs FILE)");
  const auto commands = bind_commands(options);
  if (!commands) return trouble(Error(commands.error()).in("compare"));
  auto session = Session::open(options.exec.cgroup_parent);
  if (!session) return trouble(session.error());
  JobSpec job = options.exec.job;
  if (auto settled = settle_paths(job); !settled) return trouble(settled.error());
  if (auto pinned = pin(job, options.exec.cgroup_parent); !pinned) return trouble(pinned.error());

  std::vector<VersionLabel> labels;
  std::vector<ComparedVersion> versions;
  std::vector<Hooks> hooks;
  for (const BoundCommand& command : *commands) {
    labels.push_back(command.label);
    job.command = command.label.command;
    versions.push_back({job, (*session)->facts_for(job), command.hooks.prepare});
    hooks.push_back(command.hooks);
  }
  return clean_up(hooks, compare_versions(**session, options, labels, std::move(versions)));
}

}  // namespace hermetric
