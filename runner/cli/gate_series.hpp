#pragma once

#include <string>
#include <vector>

#include "reports/stats/paired.hpp"
#include "runner/cli/history_options.hpp"

namespace hermetric {

/// Which points of a series are judged, and which come before.
struct Question {
  std::string commit;
  std::string against;  ///< empty: everything before
};

/// `against` is what --against says: "latest", "merge-base" or a revision; `commit` what --commit does, or empty.
Result<Question> question_of(const std::string& commit, const std::string& against);

/// A series that has values of the commit, and a level before.
struct GatedSeries {
  SeriesKey key;
  PairedSample sample;     ///< the level, a median a commit, and the new values
  std::string base;        ///< the last commit of the level
  bool unchanged = false;  ///< the commit had the inputs of the base
};

Result<std::vector<GatedSeries>> gated_series(const HistoryOptions& options, const Question& question);

}  // namespace hermetric
