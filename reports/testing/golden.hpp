#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace hermetric::testing {

/// A file of this source tree.
inline std::string source_path(const std::string& relative) { return std::string(HERMETRIC_SOURCE_DIR "/") + relative; }

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return (std::ostringstream() << file.rdbuf()).str();
}

/// Fails unless `text` is what the golden file holds; with UPDATE_GOLDEN=1 makes it so instead.
inline void expect_golden(const std::string& relative, const std::string& text) {
  const std::string path = source_path(relative);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  EXPECT_EQ(read_text(path), text) << relative << " (UPDATE_GOLDEN=1 rewrites it)";
}

/// The names, without ".json", of all golden reports.
inline std::vector<std::string> golden_reports() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_path("reports/model/golden")))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  return names;
}

inline std::string golden_report_text(const std::string& name) {
  return read_text(source_path("reports/model/golden/" + name + ".json"));
}

}  // namespace hermetric::testing
