#include "runner/compose/host_command.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "isolation/sys/scope_exit.hpp"

namespace hermetric {

Status run_on_host(const std::vector<std::string>& words, Complaints complaints) {
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  const ScopeExit destroy([&] { ::posix_spawn_file_actions_destroy(&actions); });
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (complaints == Complaints::kDropped)
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, argv[0], &actions, nullptr, const_cast<char* const*>(argv.data()), environ);
  if (failed != 0) return std::unexpected(Error::system("exec", words.front(), failed));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return std::unexpected(Error::system("waitpid", words.front(), errno));
  if (WIFSIGNALED(status)) return std::unexpected(Error("ended by signal " + std::to_string(WTERMSIG(status))));
  if (WEXITSTATUS(status) != 0) return std::unexpected(Error("exit code " + std::to_string(WEXITSTATUS(status))));
  return {};
}

}  // namespace hermetric
