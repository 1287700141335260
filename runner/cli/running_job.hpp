#pragma once

#include <functional>
#include <string>

#include "isolation/sandbox/ledger.hpp"
#include "runner/cli/command.hpp"

namespace hermetric {

/// Of all runs of this user.
Ledger ledger_of_this_user();

using JobAction = std::function<Status(const Ledger& ledger, const LedgerRecord& cell)>;

/// Finds the running job that `name` means, by its name or its cell's id, and does `action`. Returns what to exit with.
int do_with_job(const std::string& command, const std::string& name, const JobAction& action);

/// The whole of a command that takes a job and nothing else.
int job_command(const std::string& command, const std::string& what_it_does, const Arguments& arguments,
                const JobAction& action);

}  // namespace hermetric
