#include "reports/render/live_display.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "reports/model/report_json.hpp"
#include "reports/render/text.hpp"
#include "reports/testing/golden.hpp"
#include "reports/testing/sample_reports.hpp"

namespace hermetric {
namespace {

using ::testing::HasSubstr;

/// As much of a terminal as the display relies on: lines, cursor up, clear to the end of the screen.
class Screen {
 public:
  void write(std::string_view text) {
    while (!text.empty()) {
      if (text.starts_with("\x1b[J")) {
        lines_.resize(row_);
        text.remove_prefix(3);
      } else if (text.starts_with("\x1b[")) {
        const std::size_t end = text.find('A');
        row_ -= std::stoul(std::string(text.substr(2, end - 2)));
        text.remove_prefix(end + 1);
      } else {
        const std::size_t end = text.find('\n');
        lines_.resize(std::max(lines_.size(), row_ + 1));
        lines_[row_++] = text.substr(0, end);
        text.remove_prefix(end + 1);
      }
    }
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
  std::size_t row_ = 0;
};

class Live : public ::testing::Test {
 protected:
  std::vector<std::string> screen() const {
    Screen screen;
    screen.write(out_.str());
    return screen.lines();
  }

  std::ostringstream out_;
  Style terminal_ = {.terminal = true};
};

JobReport passed(const std::string& name) {
  JobReport job;
  job.name = name;
  job.resources.wall_usec = Measured::of(1'200'000, "");
  return job;
}

/// The whole run as the display is told of it.
void replay(const RunReport& run, LiveDisplay& display) {
  for (const JobReport& job : run.jobs) {
    if (job.outcome.status == OutcomeStatus::kSkipped) {
      display.skipped(job.name, job.outcome.reason.value_or(""));
      continue;
    }
    display.job_started(job.name);
    display.job_sample(job.name, Duration(500'000), Duration(499'000), mebibytes(12));
    display.job_finished(job);
  }
}

TEST_F(Live, GoldenReports) {
  for (const std::string& name : testing::golden_reports()) {
    const auto run = run_from_json_text(testing::golden_report_text(name));
    ASSERT_TRUE(run) << name;
    std::ostringstream plain, colour;
    {
      LiveDisplay plain_display(plain, {});
      LiveDisplay colour_display(colour, {.terminal = true, .colours = true}, Duration(0));
      replay(*run, plain_display);
      replay(*run, colour_display);
    }
    testing::expect_golden("reports/render/golden/" + name + ".live.txt", plain.str());
    testing::expect_golden("reports/render/golden/" + name + ".live-colour.txt", colour.str());
  }
}

TEST_F(Live, TerminalKeepsRunningJobsBelowFinishedOnes) {
  LiveDisplay display(out_, terminal_, Duration(0));
  display.job_started("build");
  display.job_started("test");
  display.job_sample("test", Duration(3'000'000), Duration(2'500'000), mebibytes(64));
  display.job_finished(passed("build"));
  display.note("half way");
  const auto lines = screen();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "passed        build  1.20 s, CPU -, memory -");
  EXPECT_EQ(lines[1], "half way");
  EXPECT_THAT(lines[2], HasSubstr("running       test"));
  EXPECT_THAT(lines[2], HasSubstr(" 3.00 s  CPU  2.50 s  64.0 MiB"));
  EXPECT_EQ(columns_of(lines[2]), 79U);
}

TEST_F(Live, RunningLinesGoWhenTheDisplayGoes) {
  {
    LiveDisplay display(out_, terminal_);
    display.job_started("build");
    EXPECT_EQ(screen().size(), 1U);
  }
  EXPECT_TRUE(screen().empty());
}

TEST_F(Live, FileGetsOneLineAStartAndOneAnEnd) {
  LiveDisplay display(out_, {});
  display.job_started("build");
  display.job_sample("build", Duration(1), Duration(1), Bytes{1});
  display.job_finished(passed("build"));
  display.skipped("deploy", "needs \"test\"");
  EXPECT_EQ(out_.str(),
            "started       build\n"
            "passed        build  1.20 s, CPU -, memory -\n"
            "skipped       deploy: needs \"test\"\n");
}

TEST_F(Live, SamplesRedrawAtMostOnceInAnInterval) {
  LiveDisplay display(out_, terminal_, std::chrono::hours(1));
  display.job_started("build");
  const std::string before = out_.str();
  display.job_sample("build", Duration(1), Duration(1), Bytes{1});
  EXPECT_EQ(out_.str(), before);
}

TEST_F(Live, MoreJobsThanTheScreenHolds) {
  LiveDisplay display(out_, {.terminal = true, .height = 10});
  for (int i = 0; i < 100; ++i) display.job_started("job " + std::to_string(i));
  ASSERT_EQ(screen().size(), 8U);
  EXPECT_EQ(screen().back(), "… 93 more");
}

TEST_F(Live, HostileAndLongNamesStayOnOneLine) {
  LiveDisplay display(out_, terminal_);
  display.job_started("\x1b[2J\n" + std::string(500, 'x'));
  ASSERT_EQ(screen().size(), 1U);
  EXPECT_THAT(screen()[0], HasSubstr("\\x1b[2J\\x0axxx"));
  EXPECT_LE(columns_of(screen()[0]), 80U);
}

TEST_F(Live, ManyThreads) {
  {
    LiveDisplay display(out_, terminal_, Duration(0));
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&display, name = "job " + std::to_string(i)] {
        for (int round = 0; round < 50; ++round) {
          display.job_started(name);
          display.job_sample(name, Duration(round), {}, {});
          display.job_finished(passed(name));
        }
      });
  }
  const auto lines = screen();
  EXPECT_EQ(lines.size(), 200U);
  for (const std::string& line : lines) EXPECT_THAT(line, ::testing::StartsWith("passed"));
}

}  // namespace
}  // namespace hermetric
