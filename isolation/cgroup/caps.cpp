#include "isolation/cgroup/caps.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include "isolation/cgroup/cap_text.hpp"
#include "isolation/cgroup/cgroup_text.hpp"
#include "isolation/cgroup/control_file.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/types/privileges.hpp"

namespace hermetric {
namespace {

struct Need {
  const char* noun;
  std::array<std::string_view, 2> controllers;  ///< either will do: v1 says blkio, v2 io
  bool (*asked)(const Limits& limits);
};

constexpr std::array kNeeds = {
    Need{"memory cap", {"memory", "memory"}, [](const Limits& limits) { return limits.memory || limits.swap; }},
    Need{"CPU cap", {"cpu", "cpu"}, [](const Limits& limits) { return limits.cpus.has_value(); }},
    Need{"CPU weight", {"cpu", "cpu"}, [](const Limits& limits) { return limits.cpu_weight.has_value(); }},
    Need{"cpuset", {"cpuset", "cpuset"}, [](const Limits& limits) { return limits.cpuset || limits.cpuset_mems; }},
    Need{"process cap", {"pids", "pids"}, [](const Limits& limits) { return limits.pids.has_value(); }},
    Need{"IO weight", {"io", "blkio"}, [](const Limits& limits) { return limits.io_weight.has_value(); }},
    Need{"IO cap", {"io", "blkio"}, [](const Limits& limits) { return !limits.io_max.empty(); }},
};

bool holds(const CapWrite& cap, std::string_view actual) {
  switch (cap.read_back) {
    case ReadBack::kNothing: return true;
    case ReadBack::kSameText: return trimmed(actual) == cap.expected;
    case ReadBack::kSameList: {
      const auto cpus = parse_cpu_list(actual);
      return cpus && cpus == parse_cpu_list(cap.expected);
    }
    case ReadBack::kHasLine: {
      const auto lines = split(actual, '\n');
      return std::ranges::find(lines, std::string_view(cap.expected), trimmed) != lines.end();
    }
  }
  return false;
}

/// A missing or unreadable list counts as "has swap": then the missing cap is an error.
bool host_has_swap(const std::string& swaps) {
  const auto text = read_file(swaps);
  return !text || split(*text, '\n').size() > 1;
}

Error describe(const CapWrite& cap, Error error) {
  error = std::move(error).in(cap.noun);
  return cap.remedy.empty() ? error : std::move(error).remedy(cap.remedy);
}

/// What the kernel made of the cap, or nothing when nobody asks.
Result<std::string> write_for_check(const GroupDirectory& directory, const CapWrite& cap) {
  const int dir = directory.fd.get();
  if (cap.read_back != ReadBack::kNothing && cap.check_file.empty())
    return write_and_read_control(dir, cap.file, cap.text);
  TRY(write_file_at(dir, cap.file, cap.text));
  if (cap.read_back == ReadBack::kNothing) return std::string();
  return read_control(dir, cap.check_file);
}

Status write_cap(const GroupDirectory& directory, const CapWrite& cap) {
  TRY_ASSIGN(const std::string actual, write_for_check(directory, cap));
  if (holds(cap, actual)) return {};
  const std::string& check_file = cap.check_file.empty() ? cap.file : cap.check_file;
  return std::unexpected(
      Error("wrote " + cap.text + " to " + cap.file + ", but " + check_file + " says " + std::string(trimmed(actual))));
}

}  // namespace

Status check_controllers(const Limits& limits, const std::vector<std::string>& controllers,
                         const ControllerProblems& problems) {
  for (const Need& need : kNeeds) {
    const auto is_there = [&](std::string_view name) { return has_controller(controllers, name); };
    if (!need.asked(limits) || std::ranges::any_of(need.controllers, is_there)) continue;
    std::string reason = "no usable cgroup hierarchy has the " + std::string(need.controllers.front()) + " controller";
    for (const std::string_view name : need.controllers)
      if (const auto problem = problems.find(name); problem != problems.end()) reason = problem->second;
    return std::unexpected(Error(need.noun + (": " + reason)).remedy(kGroupRemedy));
  }
  return {};
}

Status apply_cap(const GroupDirectory& directory, const CapWrite& cap, const std::string& swaps,
                 std::string& io_problem) {
  Status status = write_cap(directory, cap);
  if (status) return {};
  const int error_number = status.error().error_number();
  const bool missing = error_number == ENOENT || error_number == EOPNOTSUPP;
  if (cap.when_refused == WhenRefused::kErrorIfHostSwaps && missing && !host_has_swap(swaps)) return {};
  Error error = describe(cap, std::move(status).error());
  if (cap.when_refused != WhenRefused::kIoNotCounted) return std::unexpected(std::move(error));
  io_problem = error.message();
  return {};
}

}  // namespace hermetric
