#include "runner/cli/gate_series.hpp"

#include "reports/stats/change_points.hpp"
#include "reports/stats/medians.hpp"
#include "runner/job/git.hpp"

namespace hermetric {
namespace {

/// The commit that `revision` names, or itself where git does not know it.
std::string resolved(const std::string& revision) {
  return ask_git({"rev-parse", "--verify", "-q", revision + "^{commit}"}).value_or(revision);
}

Result<std::string> merge_base(const std::string& commit) {
  for (const char* trunk : {"origin/HEAD", "origin/main", "origin/master", "main", "master"})
    if (auto base = ask_git({"merge-base", commit, trunk})) return *base;
  return std::unexpected(Error("--against merge-base: git finds none of this commit and origin/HEAD, main or master"));
}

/// Values of the last level: those since the last change point.
std::vector<double> last_level(std::vector<double> values) {
  const auto changes = find_change_points(values);
  if (!changes.empty())
    values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(changes.back().index));
  return values;
}

/// Samples are empty where the series has none.
GatedSeries gated(const SeriesInfo& series, const std::vector<CommitValues>& commits, const Question& question) {
  GatedSeries gated{series.key,
                    {short_name(series.key), {}, {}, default_margin(series.key.metric), series.bigger_is_better},
                    question.against};
  PairedSample& sample = gated.sample;
  std::vector<double> before, repeats;
  const CommitValues* base = nullptr;
  const CommitValues* judged = nullptr;
  bool reached = question.against.empty(), past = false;
  for (const CommitValues& commit : commits) {
    if (commit.commit == question.commit) {
      sample.b = commit.values;
      judged = &commit;
      past = true;
      continue;
    }
    const bool is_base = commit.commit == question.against;
    if (!question.against.empty() && reached && !is_base) past = true;
    reached = reached || is_base;
    if (past) continue;
    before.push_back(median(commit.values));
    base = &commit;
    repeats.push_back(static_cast<double>(commit.values.size()));
  }
  if (base != nullptr) gated.base = base->commit;
  gated.unchanged = base != nullptr && judged != nullptr && have_equal_inputs(*base, *judged);
  if (reached) sample.a = last_level(std::move(before));
  if (!repeats.empty()) sample.repeats = static_cast<std::size_t>(median(repeats));
  return gated;
}

}  // namespace

Result<Question> question_of(const std::string& commit, const std::string& against) {
  Question question{commit.empty() ? ask_git({"rev-parse", "--verify", "HEAD"}).value_or("") : resolved(commit), ""};
  if (question.commit.empty()) return std::unexpected(Error("no commit: not in a git work tree (add --commit ID)"));
  if (against == "merge-base") {
    TRY_ASSIGN(question.against, merge_base(question.commit));
  } else if (against != "latest") {
    question.against = resolved(against);
  }
  return question;
}

Result<std::vector<GatedSeries>> gated_series(const HistoryOptions& options, const Question& question) {
  TRY_ASSIGN(const auto all, looked_at_series(options));
  std::vector<GatedSeries> found;
  for (const auto& [series, commits] : all) {
    GatedSeries one = gated(series, commits, question);
    if (!one.sample.a.empty() && !one.sample.b.empty()) found.push_back(std::move(one));
  }
  return found;
}

}  // namespace hermetric
