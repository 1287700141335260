#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>

#include "isolation/sandbox/control.hpp"
#include "reports/model/signal_name.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/running_job.hpp"

namespace hermetric {
namespace {

/// "SIGTERM", "TERM", "term" or "15".
Result<int> parse_signal(std::string text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= SIGRTMAX) return number;
  std::string name = text;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (const auto found = signal_number(name.starts_with("SIG") ? name : "SIG" + name)) return *found;
  return std::unexpected(Error("--signal: \"" + text + "\" is no signal (a name or number: TERM, SIGTERM, 15)"));
}

}  // namespace

int kill_command(const Arguments& arguments) {
  std::string name, signal;
  CLI::App app("Ends a running job: SIGKILL to everything in it, paused or not.", "kill");
  app.add_option("JOB", name, "a running job: its name, or its cell's id as ps shows it")->required();
  app.add_option("--signal", signal, "instead: this signal, to the job's root process alone")->type_name("SIG");
  if (const auto code = parse_arguments(app, "JOB [--signal SIG]", arguments)) return *code;
  if (signal.empty())
    return do_with_job("kill", name, [](const Ledger&, const LedgerRecord& cell) { return kill_cell(cell); });
  const auto number = parse_signal(signal);
  if (!number) return trouble(Error(number.error()).in("kill"));
  return do_with_job("kill", name, [&](const Ledger&, const LedgerRecord& cell) { return signal_cell(cell, *number); });
}

}  // namespace hermetric
