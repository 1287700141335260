#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"

/// What the cgroup versions differ in, as data: a driver is a table of figures, a list of caps, and which groups
/// a job gets. Everything else is the same code for v1, hybrid and v2.
namespace hermetric {

using ValueParser = std::optional<std::uint64_t> (*)(std::string_view text, std::string_view key);

/// Figures of cgroup core (cgroup.*, PSI, cpu.stat) belong to every cgroup2 group, whatever controllers it has.
inline constexpr std::string_view kCore = "core";

/// Where one figure of ResourceUsage stands. Rows of one file are neighbours: they are read at the same moment.
struct UsageRow {
  Measured& (*figure)(ResourceUsage& usage);
  std::string_view controller;
  const char* file;
  std::string_view key;
  ValueParser parse;
  std::uint64_t divisor = 1;    ///< from the kernel's unit to the figure's
  std::string_view since = {};  ///< the Linux that brought the file or key
  bool needs_cpu_cap = false;   ///< figures of throttling mean nothing without a cap
  std::string_view never = {};  ///< why this version has no such figure; then there is no file
};

struct SampleRow {
  std::optional<std::uint64_t> CgroupSample::* figure;
  std::string_view controller;
  const char* file;
  std::string_view key;
  ValueParser parse;
  std::uint64_t divisor = 1;
};

enum class ReadBack { kNothing, kSameText, kSameList, kHasLine };
enum class WhenRefused { kError, kErrorIfHostSwaps, kIoNotCounted };

/// One write into a fresh group, and what must be read there afterwards.
struct CapWrite {
  std::string noun;  ///< "memory cap 64M": what the user asked for
  std::string_view controller;
  std::string file;
  std::string text;
  std::string check_file = {};  ///< empty: `file`
  std::string expected = {};
  ReadBack read_back = ReadBack::kSameText;
  WhenRefused when_refused = WhenRefused::kError;
  std::string_view remedy = {};
};

struct Dialect {
  std::string_view name;  ///< "cgroup v2", the first words of a figure's source
  bool entered_by_clone;  ///< clone3(CLONE_INTO_CGROUP); otherwise through `tasks`
  std::span<const UsageRow> usage;
  void (*settle)(ResourceUsage& usage) = nullptr;  ///< what figures of this version need once all are read
  std::span<const SampleRow> samples;
  /// The writes, in order, for a group that has these controllers. `base` is the directory of the parent group.
  Result<std::vector<CapWrite>> (*caps)(const CgroupRequest& request, const std::vector<std::string>& controllers,
                                        int base);
  /// Whether a job gets a group for one of these controllers; `has_leaf`: it also gets a cgroup2 group.
  bool (*wanted)(const std::vector<std::string>& controllers, const Limits& limits, bool has_leaf);
};

extern const Dialect kUnifiedDialect;
extern const Dialect kLegacyDialect;

bool has_controller(const std::vector<std::string>& controllers, std::string_view name);

}  // namespace hermetric
