#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "runner/cli/testing/cli.hpp"

namespace hermetric {

using ::testing::HasSubstr;
using ::testing::Not;

/// A hostile job: HERMETRIC_ATTACK (testing/attack.cpp) in the workspace, or a shell.
class Attack : public testing::Cli {
 protected:
  using Answers = std::map<std::string, std::string>;  ///< attempt -> an errno's name, or "done"
  using Words = std::vector<std::string>;

  void SetUp() override {
    Cli::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    fs::copy_file(HERMETRIC_ATTACK, work() / "attack");
  }

  Finished attack(const Words& names, Words options = {}) {
    const std::string pid_namespace = fs::read_symlink("/proc/self/ns/pid").string();
    options.insert(options.begin(), {"exec", "--env", "HOST_PID_NAMESPACE=" + pid_namespace, "--env",
                                     "HOST_PID=" + std::to_string(::getpid())});
    options.insert(options.end(), {"--", "./attack"});
    options.insert(options.end(), names.begin(), names.end());
    return hermetric(options);
  }

  void expect_answers(const Answers& expected, const Words& options = {}) {
    Words names;
    std::string lines;
    for (const auto& [name, answer] : expected) {
      names.push_back(name);
      lines.append(name).append(": ").append(answer).append("\n");
    }
    const Finished done = attack(names, options);
    EXPECT_EQ(done.out, lines) << done.err;
  }

  Finished shell(const std::string& text, Words options = {}) {
    options.insert(options.begin(), "exec");
    options.insert(options.end(), {"--", "sh", "-c", text});
    return hermetric(options);
  }

  /// A shell on this side that calls hermetric as $H, in the workspace.
  Finished outer_shell(const std::string& text) {
    const std::string line = "cd " + work().string() + " && H=" + HERMETRIC_EXECUTABLE + "; { " + text + "; } >" +
                             path("outer.out").string() + " 2>" + path("outer.err").string();
    const int status = std::system(("exec sh -c '" + line + "'").c_str());
    return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), content_of(path("outer.out")),
            content_of(path("outer.err"))};
  }

  static bool is_running(pid_t pid) {
    std::istringstream stat(content_of("/proc/" + std::to_string(pid) + "/stat"));
    std::string number, name, state;
    stat >> number >> name >> state;
    return state == "S" || state == "R";
  }
};

}  // namespace hermetric
