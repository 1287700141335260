#pragma once

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <thread>

#include "runner/cli/testing/cli.hpp"

namespace hermetric::testing {

/// Calls of hermetric with state directories of their own, whose orphans come to this process: so that everything they
/// leave on this machine can be seen, whatever others run on it meanwhile.
class HostState : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    for (const char* name : {"run", "lib"}) fs::create_directory(path(name));
    for (const auto& [name, place] : {std::pair("run", "/run/hermetric"), {"lib", "/var/lib/hermetric"}}) {
      fs::create_directories(place);
      ASSERT_EQ(::mount(path(name).c_str(), place, nullptr, MS_BIND, nullptr), 0);
    }
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    (void)hermetric({"gc"});
  }
  void TearDown() override {
    if (fs::exists(path("run"))) (void)hermetric({"gc"});  // after a failure
    for (const char* place : {"/run/hermetric", "/var/lib/hermetric"}) ::umount2(place, MNT_DETACH);
    Cli::TearDown();
  }

  /// Reaps orphans until there are none; false if some still live after ten seconds.
  static bool orphans_have_ended() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (;;) {
      const pid_t pid = ::waitpid(-1, nullptr, WNOHANG | __WALL);
      if (pid < 0) return true;
      if (pid > 0) continue;
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// A line for each thing that is there now: mounts, interfaces, loop devices in use, state, and groups of `runner`.
  [[nodiscard]] std::set<std::string> census(pid_t runner) const {
    std::set<std::string> lines;
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) lines.insert("mount " + line);
    for (const auto& entry : fs::directory_iterator("/sys/class/net")) lines.insert(entry.path());
    for (const auto& entry : fs::directory_iterator("/sys/block")) {
      const std::string backing = content_of(entry.path() / "loop/backing_file");
      if (backing.find(path("").string()) != std::string::npos || backing.find("/hermetric/") != std::string::npos)
        lines.insert(entry.path().string() + " " + backing);
    }
    for (const char* name : {"run/ledger", "lib/cells"})
      if (fs::exists(path(name)))
        for (const auto& entry : fs::directory_iterator(path(name))) lines.insert(entry.path());
    lines.merge(groups_of(runner));
    return lines;
  }

  static std::set<std::string> groups_of(pid_t runner) {
    std::set<std::string> lines;
    add_groups("/sys/fs/cgroup", "hermetric-" + std::to_string(runner) + "-", lines);
    return lines;
  }

  /// What is in `after` and not in `before`, a line each.
  static std::string added(const std::set<std::string>& before, const std::set<std::string>& after) {
    std::string text;
    for (const std::string& line : after)
      if (!before.contains(line)) text += line + "\n";
    return text;
  }

 private:
  /// By hand: groups of others come and go under an iterator.
  static void add_groups(const fs::path& directory, const std::string& prefix, std::set<std::string>& lines) {
    std::error_code gone;
    for (fs::directory_iterator entry(directory, gone), end; !gone && entry != end; entry.increment(gone)) {
      std::error_code ignored;
      if (!entry->is_directory(ignored) || entry->is_symlink(ignored)) continue;
      if (entry->path().filename().string().starts_with(prefix)) lines.insert(entry->path());
      add_groups(entry->path(), prefix, lines);
    }
  }
};

}  // namespace hermetric::testing
