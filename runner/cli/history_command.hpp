#pragma once

#include "runner/cli/command.hpp"

namespace hermetric {

// The subcommands of history; `arguments` are the words behind the subcommand's name.
int history_add(const Arguments& arguments);
int history_import(const Arguments& arguments);
int history_list(const Arguments& arguments);
int history_show(const Arguments& arguments);
int history_analyze(const Arguments& arguments);
int history_gate(const Arguments& arguments);
int history_export(const Arguments& arguments);
int history_prune(const Arguments& arguments);

}  // namespace hermetric
