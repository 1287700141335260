#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <string>

#include "isolation/sandbox/enter.hpp"
#include "isolation/sandbox/sandbox.hpp"
#include "isolation/sys/system.hpp"
#include "runner/cli/command.hpp"

namespace hermetric {
namespace {

constexpr std::array<const char*, 8> kNames = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};

Result<pid_t> process_named(const std::string& word) {
  const bool is_pid =
      !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_pid && word.size() < 10) return static_cast<pid_t>(std::stol(word));
  TRY_ASSIGN(const LedgerRecord cell, Ledger(StateDirectories::of_this_user().runtime + "/ledger").find(word));
  return job_process_of(cell.init_pid);
}

/// "net" -> "net:[4026531840]".
Result<std::map<std::string, std::string>> links_of(const std::string& word) {
  TRY_ASSIGN(const pid_t pid, process_named(word));
  std::map<std::string, std::string> links;
  for (const char* name : kNames) {
    auto link = sys::readlinkat(AT_FDCWD, "/proc/" + std::to_string(pid) + "/ns/" + name);
    if (!link) return std::unexpected(std::move(link).error());
    links[name] = *std::move(link);
  }
  return links;
}

}  // namespace

int namespaces_command(const Arguments& arguments) {
  if (arguments.empty() || arguments.size() > 2 || arguments.front().starts_with("-"))
    return trouble("namespaces: name one or two: hermetric namespaces JOB|PID [JOB|PID]");
  const auto first = links_of(arguments[0]);
  if (!first) return trouble(Error(first.error()).in("namespaces"));
  if (arguments.size() == 1) {
    for (const auto& [name, link] : *first) std::cout << fmt::format("{:<8} {}\n", name, link);
    return 0;
  }
  const auto second = links_of(arguments[1]);
  if (!second) return trouble(Error(second.error()).in("namespaces"));
  for (const auto& [name, link] : *first)
    std::cout << fmt::format("{:<8} {:<22} {:<22} {}\n", name, link, second->at(name),
                             link == second->at(name) ? "shared" : "different");
  return 0;
}

}  // namespace hermetric
