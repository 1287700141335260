#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "isolation/cgroup/cgroup.hpp"

namespace hermetric::testing {

/// Figures that a Cgroup answers for: "resources.cpu.*" and so on.
inline bool is_cgroup_figure(std::string_view path) {
  for (const std::string_view own : {"cpu.", "pids.", "pressure.", "memory.peak_bytes", "memory.swap_peak_bytes",
                                     "memory.oom_kills", "io.read_", "io.write_"})
    if (path.starts_with(own)) return true;
  return false;
}

/// What holds for every Cgroup, real or fake: each of its figures has a value with its source or a reason, and the
/// others are left alone.
inline void expect_every_figure_explained(const Cgroup& group) {
  ResourceUsage usage;
  group.read_usage(usage);
  for_each_measured(usage, [](std::string_view path, const Measured& figure) {
    if (!is_cgroup_figure(path))
      EXPECT_EQ(figure, Measured()) << path;
    else if (figure.known())
      EXPECT_TRUE(figure.note.starts_with("cgroup v")) << path << ": " << figure.note;
    else
      EXPECT_TRUE(!figure.note.empty() && figure.note != Measured().note) << path << " has no reason";
  });
}

}  // namespace hermetric::testing
