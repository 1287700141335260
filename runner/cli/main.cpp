#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include "runner/cli/command.hpp"
#include "runner/job/nearest_name.hpp"

namespace hermetric {
namespace {

struct CommandEntry {
  std::string_view name;
  std::string_view help;
  int (*run)(const Arguments&);  ///< null: not in this version
};

constexpr std::array<CommandEntry, 22> kCommands = {{
    {"run", "run the jobs of a file", run_command},
    {"exec", "run one command", exec_command},
    {"ps", "list the running jobs", ps_command},
    {"top", "watch the running jobs", top_command},
    {"pause", "freeze a running job", pause_command},
    {"resume", "let a paused job go on", resume_command},
    {"kill", "end a running job, or signal it", kill_command},
    {"diff", "list what a running job has changed in its workspace", diff_command},
    {"enter", "run a command inside a running job", enter_command},
    {"namespaces", "show the namespaces of jobs and which are shared", namespaces_command},
    {"explain", "print what would be done, step by step", explain_command},
    {"schema", "print the JSON Schema of job files or reports", schema_command},
    {"doctor", "tell what this host can do", doctor_command},
    {"gc", "sweep what killed runs left behind", gc_command},
    {"compare", "tell which of two versions costs more", compare_command},
    {"history", "track costs over commits and find what changed them", history_command},
    {"noise", "measure how much figures vary on this host", noise_command},
    {"report", "", nullptr},
    {"box", "", nullptr},
    {"image", "", nullptr},
    {"bench", "measure what isolation costs here, beside other tools", bench_command},
    {"help", "", nullptr},
}};

int show_help() {
  std::cout << "hermetric runs every CI job in its own fresh, sealed container and tells exactly what it cost.\n\n"
               "usage: hermetric COMMAND [OPTIONS]\n\n";
  for (const CommandEntry& command : kCommands)
    if (command.run != nullptr)
      std::cout << "  " << command.name << std::string(12 - command.name.size(), ' ') << command.help << '\n';
  std::cout << "\nhermetric COMMAND --help tells more; hermetric --version.\n";
  return 0;
}

int dispatch(const Arguments& words) {
  if (words.empty()) {
    show_help();
    return kExitTrouble;
  }
  const std::string& name = words.front();
  if (name == "--version") {
    std::cout << "hermetric " << HERMETRIC_VERSION << '\n';
    return 0;
  }
  if (name == "--help" || name == "-h" || name == "help") return show_help();
  for (const CommandEntry& command : kCommands) {
    if (command.name != name) continue;
    if (command.run == nullptr) return trouble(name + " is not in this version");
    return command.run(Arguments(words.begin() + 1, words.end()));
  }
  std::array<std::string_view, kCommands.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kCommands[i].name;
  return trouble("unknown command \"" + name + "\"" + did_you_mean(name, names));
}

/// A caller may have closed some of 0 to 2: the next file that is opened would be taken for a standard stream, and a
/// job would get it as its own.
void open_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", O_RDWR);
}

}  // namespace
}  // namespace hermetric

int main(int argc, char** argv) {
  ::mallopt(M_ARENA_MAX, 1);  // there are few threads, most live for a millisecond, and each would map an arena
  hermetric::open_standard_streams();
  // Not expected, and no reason to leave a cell behind.
  try {
    return hermetric::dispatch(hermetric::Arguments(argv + 1, argv + argc));
  } catch (const std::system_error& error) {
    return hermetric::trouble(std::string("start a thread: ") + error.what() +
                              " (ulimit -u, or pids.max of its group)");
  } catch (const std::exception& error) {
    return hermetric::trouble(error.what());
  }
}
