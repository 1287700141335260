#include "reports/model/run_report_writer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "isolation/sys/files.hpp"
#include "reports/model/report_json.hpp"
#include "reports/testing/sample_reports.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

class Writer : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(directory_.data()), nullptr); }
  void TearDown() override { fs::remove_all(directory_); }
  std::string path() const { return directory_ + "/report.json"; }
  long files() const { return std::distance(fs::directory_iterator(directory_), fs::directory_iterator()); }

 private:
  std::string directory_ = ::testing::TempDir() + "hermetric-writer-XXXXXX";
};

TEST_F(Writer, MakesTheSameBytesAsTheWholeReport) {
  for (const RunReport& run : {testing::empty_run(), testing::full_run(), testing::mixed_run()}) {
    auto writer = RunReportWriter::create(path());
    ASSERT_TRUE(writer) << writer.error().message();
    for (const JobReport& job : run.jobs) ASSERT_TRUE(writer->add(job));
    ASSERT_TRUE(writer->finish(run));
    EXPECT_EQ(read_file(path()).value(), run_to_json_text(run));
    EXPECT_EQ(files(), 1);
  }
}

TEST_F(Writer, LeavesNothingUnlessFinished) {
  {
    auto writer = RunReportWriter::create(path());
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->add(testing::full_run().jobs[0]));
    EXPECT_EQ(files(), 0);
  }
  EXPECT_EQ(files(), 0);
}

TEST_F(Writer, ReplacesAnOlderReport) {
  ASSERT_TRUE(replace_file(path(), "old"));
  const auto writer = RunReportWriter::create(path());
  ASSERT_TRUE(writer);
  EXPECT_EQ(read_file(path()).value(), "old");
  ASSERT_TRUE(writer->finish(testing::empty_run()));
  EXPECT_EQ(read_file(path()).value(), run_to_json_text(testing::empty_run()));
}

TEST_F(Writer, MissingDirectorySaysWhere) {
  const auto writer = RunReportWriter::create(path() + "/none/report.json");
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().message().find(path()), std::string::npos);
}

/// The longest file this process may write, as a full disk stands in for; undone at the end of the scope.
class FileSizeCap {
 public:
  explicit FileSizeCap(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit capped = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &capped);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  FileSizeCap(const FileSizeCap&) = delete;
  FileSizeCap& operator=(const FileSizeCap&) = delete;
  ~FileSizeCap() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(Writer, JobThatDoesNotFitOnTheDiskIsLeftOutAndTheReportStaysWhole) {
  RunReport run = testing::mixed_run();
  auto writer = RunReportWriter::create(path());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->add(run.jobs[0]));
  {
    const FileSizeCap cap(6000);
    ASSERT_FALSE(writer->add(run.jobs[1]));
    ASSERT_FALSE(writer->finish(run));
  }
  EXPECT_EQ(files(), 0);
  ASSERT_TRUE(writer->add(run.jobs[2]));
  ASSERT_TRUE(writer->finish(run));
  run.jobs = {run.jobs[0], run.jobs[2]};
  EXPECT_EQ(read_file(path()).value(), run_to_json_text(run));
}

}  // namespace
}  // namespace hermetric
