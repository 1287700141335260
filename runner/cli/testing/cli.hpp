#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "isolation/sys/testing/require.hpp"
#include "reports/testing/json_schema.hpp"

namespace hermetric::testing {

namespace fs = std::filesystem;
using nlohmann::json;

inline std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Finished {
  int code = -1;  ///< exit code, or 128+N
  std::string out, err;
};

/// Calls the executable in a directory of its own, which goes at the end.
class Cli : public ::testing::Test {
 protected:
  void SetUp() override {
    HERMETRIC_NEED("root", ::geteuid() == 0, "cells need root");
    std::string name = "/var/tmp/hermetric-cli-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    fs::create_directory(directory_ / "work");
  }
  void TearDown() override {
    if (!directory_.empty()) fs::remove_all(directory_);
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return directory_ / name; }
  [[nodiscard]] fs::path work() const { return directory_ / "work"; }

  /// Its stdout and stderr go to path("out" + name) and path("err" + name).
  pid_t start(const std::vector<std::string>& words, const std::string& name = "") {
    std::vector<std::string> all = call_;
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path("out" + name).c_str(),
                                       O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, path("err" + name).c_str(),
                                       O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_addchdir_np(&actions, work().c_str());
    pid_t pid = -1;
    EXPECT_EQ(::posix_spawn(&pid, all.front().c_str(), &actions, nullptr, argv.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    return pid;
  }

  /// From now on the executable is called by these words, in place of its path.
  void call_as(std::vector<std::string> words) { call_ = std::move(words); }

  Finished finish(pid_t pid, const std::string& name = "") {
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), content_of(path("out" + name)),
            content_of(path("err" + name))};
  }

  Finished hermetric(const std::vector<std::string>& words) { return finish(start(words)); }

  /// exec with a report; the report is checked against the schema the executable prints.
  json exec_report(std::vector<std::string> options, const std::vector<std::string>& command, int code) {
    options.insert(options.begin(), "exec");
    options.insert(options.end(), {"--report", path("report.json"), "--"});
    options.insert(options.end(), command.begin(), command.end());
    const Finished done = hermetric(options);
    EXPECT_EQ(done.code, code) << done.err;
    return checked_report(path("report.json")).at("jobs").at(0);
  }

  json checked_report(const fs::path& file) {
    const json report = json::parse(content_of(file), nullptr, false);
    EXPECT_FALSE(report.is_discarded()) << content_of(file);
    EXPECT_EQ(JsonSchema(hermetric({"schema", "report"}).out).complaint(report), "");
    return report;
  }

  void write(const std::string& name, const std::string& text) { std::ofstream(work() / name) << text; }

 private:
  fs::path directory_;
  std::vector<std::string> call_ = {HERMETRIC_EXECUTABLE};
};

}  // namespace hermetric::testing

/// What the tests of the executable are written in.
namespace hermetric {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::content_of;
using testing::Finished;

}  // namespace hermetric
