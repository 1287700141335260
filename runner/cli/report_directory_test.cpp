// Report directories that cannot be written: a clear error, what the jobs cost all the same, exit code 125.

#include <sys/mount.h>

#include "runner/cli/testing/host_state.hpp"

namespace hermetric {
namespace {

class ReportDirectory : public testing::HostState {
 protected:
  void SetUp() override {
    HostState::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    fs::create_directory(place());
    write("ci.yml", "jobs: { one: { command: 'echo said' }, two: { command: 'seq 20000', needs: [one] } }\n");
  }
  void TearDown() override {
    ::umount2(place().c_str(), MNT_DETACH);
    HostState::TearDown();
  }

  [[nodiscard]] fs::path place() const { return path("small"); }
  void mount(unsigned long flags, const std::string& options) {
    ASSERT_EQ(::mount("hermetric-test", place().c_str(), "tmpfs", flags, options.c_str()), 0);
  }
  void fill() {
    std::ofstream file(place() / "filler");
    const std::string block(4096, 'x');
    while (file << block << std::flush) {
    }
  }
  static std::ptrdiff_t lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  void expect_told(const Finished& done, const std::string& what) {
    EXPECT_EQ(done.code, 125) << done.out << done.err;
    EXPECT_EQ(lines(done.err), 1) << done.err;
    EXPECT_NE(done.err.find(place().string()), std::string::npos) << done.err;
    EXPECT_NE(done.err.find(what), std::string::npos) << done.err;
  }
};

TEST_F(ReportDirectory, ReadOnlyIsToldBeforeAnythingStarts) {
  mount(MS_RDONLY, "");
  write("touch.yml", "jobs: { one: { command: 'touch /dev/shm/x' } }\n");
  const Finished done = hermetric({"run", "touch.yml", "--report-dir", place()});
  expect_told(done, "Read-only file system");
  EXPECT_EQ(done.out, "");
}

TEST_F(ReportDirectory, FullFromTheStart) {
  mount(0, "size=64k");
  fs::create_directory(place() / "rep");
  fill();
  const Finished done = hermetric({"run", "ci.yml", "--report-dir", place() / "rep"});
  expect_told(done, "No space left on device");
}

TEST_F(ReportDirectory, FullOnTheWayShowsWhatTheJobsCost) {
  mount(0, "size=64k");
  const Finished done = hermetric({"run", "ci.yml", "--report-dir", place() / "rep"});
  expect_told(done, "No space left on device");
  EXPECT_NE(done.out.find("1/2 passed"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("two/stdout.log"), std::string::npos) << "which file it was\n" << done.out;
  EXPECT_EQ(content_of(place() / "rep/jobs/one/stdout.log"), "said\n");
  EXPECT_FALSE(fs::exists(place() / "rep/report.json")) << "half a report";
}

TEST_F(ReportDirectory, ExecTellsHowTheJobEndedThoughItsReportIsLost) {
  mount(0, "size=64k");
  fill();
  const Finished full = hermetric({"exec", "--report", place() / "r.json", "--", "sh", "-c", "exit 3"});
  expect_told(full, "No space left on device");
  EXPECT_NE(full.err.find("failed, exit code 3"), std::string::npos) << full.err;
  const Finished missing = hermetric({"exec", "--report", place() / "none/r.json", "--", "true"});
  expect_told(missing, "No such file or directory");
  EXPECT_NE(missing.err.find("passed"), std::string::npos) << missing.err;
}

TEST_F(ReportDirectory, WhatAKilledRunLeftInItGoes) {
  EXPECT_EQ(hermetric({"run", "ci.yml", "--report-dir", "rep"}).code, 0);
  write("rep/report.json.4711.tmp", "{");
  write("rep/kept", "the user's");
  EXPECT_EQ(hermetric({"run", "ci.yml", "--report-dir", "rep"}).code, 0);
  EXPECT_FALSE(fs::exists(work() / "rep/report.json.4711.tmp"));
  EXPECT_TRUE(fs::exists(work() / "rep/kept"));
}

}  // namespace
}  // namespace hermetric
