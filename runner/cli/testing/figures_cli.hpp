#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace hermetric::testing {

struct Output {
  int code = -1;
  std::string text;  ///< stdout and stderr
};

class FiguresCli : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "hermetric-figures-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] Output hermetric(const std::string& words) const {
    const std::string call = "cd " + directory_.string() + " && " HERMETRIC_EXECUTABLE " " + words + " 2>&1";
    FILE* pipe = ::popen(call.c_str(), "r");
    Output output;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) output.text.append(buffer, count);
    output.code = WEXITSTATUS(::pclose(pipe));
    return output;
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(directory_ / name) << text; }

 private:
  std::filesystem::path directory_;
};

}  // namespace hermetric::testing
