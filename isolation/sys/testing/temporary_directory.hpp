#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "isolation/sys/files.hpp"

namespace hermetric::testing {

/// A fresh directory below `parent`, gone at the end with everything in it.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& parent = std::filesystem::temp_directory_path().string()) {
    path_ = parent + "/hermetric-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { (void)remove_tree(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path(std::string_view below) const { return path_ + "/" + std::string(below); }

  /// Makes a file with its parents; `mode` is exact, whatever the umask.
  void write(std::string_view below, std::string_view text, mode_t mode = 0644) const {
    const std::filesystem::path file = path(below);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    ::chmod(file.c_str(), mode);
  }

  void make_directory(std::string_view below, mode_t mode = 0755) const {
    std::filesystem::create_directories(path(below));
    ::chmod(path(below).c_str(), mode);
  }

  /// The content of a file, empty if there is none.
  [[nodiscard]] std::string read(std::string_view below) const {
    std::ifstream file(path(below), std::ios::binary);
    return (std::ostringstream() << file.rdbuf()).str();
  }

  [[nodiscard]] bool has(std::string_view below) const {
    struct stat status{};
    return ::lstat(path(below).c_str(), &status) == 0;
  }

 private:
  std::string path_;
};

}  // namespace hermetric::testing
