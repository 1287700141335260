#include <iostream>

#include "isolation/sandbox/control.hpp"
#include "reports/render/text.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/running_job.hpp"

namespace hermetric {
namespace {

char letter_of(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::kCreated: return 'A';
    case Change::Kind::kModified: return 'M';
    case Change::Kind::kDeleted: return 'D';
  }
  return '?';
}

}  // namespace

int diff_command(const Arguments& arguments) {
  return job_command(
      "diff", "Lists what a running job has added to (A), modified in (M) and deleted from (D) its workspace so far.",
      arguments, [](const Ledger&, const LedgerRecord& cell) -> Status {
        TRY_ASSIGN(const auto changes, changes_of(cell));
        for (const auto& [kind, path] : changes) std::cout << letter_of(kind) << ' ' << sanitize(path) << '\n';
        return {};
      });
}

}  // namespace hermetric
