#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/error.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own
class App;
}

namespace hermetric {

/// Exit codes that are not a job's own.
inline constexpr int kExitFailed = 1;     ///< run: some job did not pass
inline constexpr int kExitTrouble = 125;  ///< hermetric could not do it: usage, host, set-up

/// The words after the command's name.
using Arguments = std::vector<std::string>;

int bench_command(const Arguments& arguments);
int exec_command(const Arguments& arguments);
int run_command(const Arguments& arguments);
int ps_command(const Arguments& arguments);
int top_command(const Arguments& arguments);
int pause_command(const Arguments& arguments);
int resume_command(const Arguments& arguments);
int kill_command(const Arguments& arguments);
int diff_command(const Arguments& arguments);
int enter_command(const Arguments& arguments);
int namespaces_command(const Arguments& arguments);
int explain_command(const Arguments& arguments);
int gc_command(const Arguments& arguments);
int schema_command(const Arguments& arguments);
int doctor_command(const Arguments& arguments);
int compare_command(const Arguments& arguments);
int history_command(const Arguments& arguments);
int noise_command(const Arguments& arguments);

/// Prints "hermetric: WHAT" as one line to stderr; returns kExitTrouble.
int trouble(std::string_view what);
int trouble(const Error& error);

/// Parses `arguments` by `app`. Nothing: go on. Else what to exit with: help was shown (0), or one line says what is
/// wrong and the nearest valid option. `usage` is what stands behind the command's name in the help.
std::optional<int> parse_arguments(CLI::App& app, const std::string& usage, const Arguments& arguments);

/// Splits at the first "--": options before it, the job's command behind it.
struct SplitArguments {
  Arguments options;
  Arguments command;
  bool has_command = false;
};
SplitArguments split_at_command(const Arguments& arguments);

}  // namespace hermetric
