#include <CLI/CLI.hpp>
#include <poll.h>
#include <unistd.h>

#include <iostream>

#include "isolation/sys/clock.hpp"
#include "reports/render/terminal.hpp"
#include "reports/render/text.hpp"
#include "runner/cli/cell_table.hpp"
#include "runner/cli/command.hpp"
#include "runner/cli/running_job.hpp"
#include "runner/compose/interrupt.hpp"

namespace hermetric {
namespace {

constexpr int kRefreshMilliseconds = 1000;
constexpr int kFirstLookMilliseconds = 250;  ///< CPU% needs two looks
constexpr const char* kHomeAndClear = "\x1b[H\x1b[J";

struct Look {
  std::vector<RunningCell> cells;
  Duration at{};
};

Result<Look> look() {
  TRY_ASSIGN(auto cells, running_cells(ledger_of_this_user()));
  return Look{std::move(cells), monotonic_now()};
}

/// True when a signal came while it waited.
bool interrupted_within(const Event& interrupt, int milliseconds) {
  pollfd polled{.fd = interrupt.fd(), .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, milliseconds) != 0;
}

void show(const std::vector<std::string>& lines, bool redraw) {
  const Style style = style_for(STDOUT_FILENO);
  if (redraw) std::cout << kHomeAndClear;
  std::size_t left = redraw ? style.height - 1 : lines.size();
  for (const std::string& line : lines) {
    if (left-- == 0) break;
    std::cout << (redraw ? cut(line, style.width) : line) << '\n';
  }
  std::cout << std::flush;
}

Status watch(const Event& interrupt, bool refresh) {
  TRY_ASSIGN(Look before, look());
  for (int wait = kFirstLookMilliseconds; !interrupted_within(interrupt, wait); wait = kRefreshMilliseconds) {
    TRY_ASSIGN(Look now, look());
    const auto percent = cpu_percent_of(before.cells, now.cells, now.at - before.at);
    show(cell_table(now.cells, &percent), refresh);
    if (!refresh) break;
    before = std::move(now);
  }
  return {};
}

}  // namespace

int top_command(const Arguments& arguments) {
  bool once = false;
  CLI::App app("Shows the running jobs, as ps does, every second until it is interrupted; CPU% is of one CPU.", "top");
  app.add_flag("--once", once, "print one table, as it does where stdout is no terminal");
  if (const auto code = parse_arguments(app, "[--once]", arguments)) return *code;
  const auto interrupt = catch_interrupts();
  if (!interrupt) return trouble(interrupt.error());
  const bool refresh = !once && style_for(STDOUT_FILENO).terminal;
  if (auto watched = watch(**interrupt, refresh); !watched) return trouble(std::move(watched).error().in("top"));
  return 0;
}

}  // namespace hermetric
