#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "isolation/cgroup/cgroup.hpp"

namespace hermetric::testing {

/// A directory that looks like cgroup mounts, gone at the end. Needs no root; what it cannot do is make the files
/// of a fresh group, as the kernel does.
class FakeTree {
 public:
  FakeTree() {
    std::string name = (std::filesystem::temp_directory_path() / "hermetric-fake-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    root_ = name;
  }
  FakeTree(const FakeTree&) = delete;
  FakeTree& operator=(const FakeTree&) = delete;
  ~FakeTree() { std::filesystem::remove_all(root_); }

  [[nodiscard]] std::string path(std::string_view below) const { return root_ + "/" + std::string(below); }

  void write(std::string_view below, std::string_view text) const {
    const std::filesystem::path file = path(below);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  /// Mounts hierarchies at ROOT/NAME: type is cgroup or cgroup2, options the v1 controllers.
  void mount(const std::string& name, const std::string& type, const std::string& options,
             const std::string& own = "/own") {
    mountinfo_ +=
        "30 20 0:30 / " + path(name) + " rw - " + type + " none rw" + (options.empty() ? "" : "," + options) + "\n";
    self_cgroup_ += (type == "cgroup2" ? "0:" : "1:") + options + ":" + own + "\n";
    std::filesystem::create_directories(path(name) + own);
  }

  [[nodiscard]] CgroupRoots roots() const {
    write("mountinfo", mountinfo_);
    write("self_cgroup", self_cgroup_);
    write("swaps", "Filename\tType\tSize\tUsed\tPriority\n");
    return {.mountinfo = path("mountinfo"),
            .self_cgroup = path("self_cgroup"),
            .swaps = path("swaps"),
            .parent = std::nullopt};
  }

 private:
  std::string root_, mountinfo_, self_cgroup_;
};

}  // namespace hermetric::testing
