#include "isolation/sandbox/enter.hpp"
#include "isolation/sandbox/sandbox.hpp"
#include "runner/cli/command.hpp"

namespace hermetric {

int enter_command(const Arguments& arguments) {
  const SplitArguments split = split_at_command(arguments);
  if (split.options.size() != 1 || split.options.front().starts_with("-"))
    return trouble("enter: name one running job: hermetric enter JOB [-- COMMAND]");
  const Ledger ledger(StateDirectories::of_this_user().runtime + "/ledger");
  const auto cell = ledger.find(split.options.front());
  if (!cell) return trouble(Error(cell.error()).in("enter"));
  const Arguments shell = {"/bin/sh"};
  const auto code = enter_cell(*cell, split.command.empty() ? shell : split.command);
  return code ? *code : trouble(Error(code.error()).in("enter"));
}

}  // namespace hermetric
