#include "runner/job/git.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "isolation/sys/system.hpp"

namespace hermetric {

std::optional<std::string> ask_git(const std::vector<std::string>& words) {
  auto pipe = sys::pipe2(O_CLOEXEC);
  if (!pipe) return std::nullopt;
  std::vector<const char*> argv = {"git", "-c", "core.fsmonitor=false", "--no-optional-locks"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe->write_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, "git", &actions, nullptr, const_cast<char* const*>(argv.data()), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return std::nullopt;
  pipe->write_end.close();
  std::string text;
  std::array<char, 4096> block{};
  for (ssize_t count = 0; (count = ::read(pipe->read_end.get(), block.data(), block.size())) > 0;)
    text.append(block.data(), static_cast<std::size_t>(count));
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status != 0) return std::nullopt;
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace hermetric
