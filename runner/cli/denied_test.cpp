// What a job was denied, counted in its report, through the real executable.

#include <gmock/gmock.h>

#include "runner/cli/testing/attack_cli.hpp"
#include "runner/cli/testing/fault_injector.hpp"

namespace hermetric {
namespace {

using testing::FaultInjector;

class Denied : public Attack {};

json denied(const char* what, unsigned count) { return {{"what", what}, {"count", count}}; }

TEST_F(Denied, CallsAreListedWithTheirCounts) {
  const json job = exec_report({}, {"./attack", "keyctl", "bpf", "io_uring_setup", "bpf", "socket_vsock", "bpf"}, 0);
  EXPECT_EQ(job["denied"],
            (json{denied("keyctl", 1), denied("io_uring_setup", 1), denied("bpf", 3), denied("socket", 1)}));
  EXPECT_TRUE(job["sources"].contains("denied")) << job["sources"];
}

TEST_F(Denied, CallsOfEveryProcessCount) {
  const json job = exec_report({},
                               {"sh", "-c",
                                "for i in 1 2 3 4 5 6 7 8; do ./attack keyctl bpf >/dev/null & done; wait; "
                                "(setsid ./attack personality >/dev/null &) ; sleep 0.5"},
                               0);
  EXPECT_EQ(job["denied"], (json{denied("personality", 1), denied("keyctl", 8), denied("bpf", 8)}));
}

TEST_F(Denied, OrdinaryProgramsAreDeniedNothing) {
  const json job = exec_report({},
                               {"sh", "-c",
                                "ls -l / >/dev/null; (cd /tmp; touch a; mv a b; rm b); ps ax >/dev/null; "
                                "if [ -x /usr/bin/python3 ]; then python3 -c 'import subprocess, threading\n"
                                "t = threading.Thread(target=lambda: subprocess.run([\"true\"]))\n"
                                "t.start(); t.join()'; fi; "
                                "if [ -x /usr/bin/gcc ]; then echo 'int main(void) { return 0; }' > a.c; "
                                "gcc a.c -o a.out && ./a.out; fi"},
                               0);
  EXPECT_EQ(job["denied"], json::array());
}

TEST_F(Denied, AnswersAreTheFilters) {
  expect_answers({{"add_key", "ENOSYS"}, {"socket_alg", "EAFNOSUPPORT"}, {"reboot", "EPERM"}, {"clone3", "ENOSYS"}});
}

TEST_F(Denied, NobodyCountsForANestedJob) {
  const json job = exec_report({"--nested"}, {"./attack", "keyctl"}, 0);
  EXPECT_EQ(job["denied"], nullptr);
  EXPECT_THAT(job["unavailable"].value("denied", ""), HasSubstr("nested"));
}

TEST_F(Denied, APreparedCellCountsForItsOneJob) {
  write("ci.yml",
        "jobs: { one: { command: './attack keyctl; sleep 1' }, two: { command: './attack bpf bpf', needs: [one] },\n"
        "        three: { command: 'true', needs: [two] } }\n");
  const Finished done = hermetric({"run", "ci.yml", "--report-dir", path("rep")});
  ASSERT_EQ(done.code, 0) << done.out << done.err;
  const json jobs = checked_report(path("rep") / "report.json").at("jobs");
  EXPECT_EQ(jobs[0]["denied"], (json{denied("keyctl", 1)}));
  EXPECT_EQ(jobs[1]["denied"], (json{denied("bpf", 2)}));
  EXPECT_EQ(jobs[2]["denied"], json::array());
  EXPECT_TRUE(jobs[1]["from_pool"]) << "a cell is made while the first job sleeps";
}

TEST_F(Denied, AStormIsCountedToTheLastAndSlowedDown) {
  const json job = exec_report({}, {"./attack", "storm", "10500"}, 0);
  EXPECT_EQ(job["denied"], (json{denied("keyctl", 10'500)}));
  EXPECT_GE(job["resources"]["wall_usec"], 500'000) << "one a millisecond beyond the first ten thousand";
}

TEST_F(Denied, AStormHoldsUpNoEnd) {
  const json job = exec_report({"--wall-time", "2s", "--grace", "0"},
                               {"sh", "-c", "./attack storm 1000000000 & ./attack storm 1000000000"}, 124);
  EXPECT_LT(job["resources"]["wall_usec"], 10'000'000);
  EXPECT_EQ(job["denied"][0]["what"], "keyctl");
}

TEST_F(Denied, NobodyCountsWhereHermetricItselfIsUnderAListener) {
  pid_t pid = -1;
  const std::string report = path("report.json"), directory = work();
  const auto result = FaultInjector::run(
      [&] {
        if (::chdir(directory.c_str()) == 0)
          ::execl(HERMETRIC_EXECUTABLE, "hermetric", "exec", "--report", report.c_str(), "--stdout", "/dev/null", "--",
                  "./attack", "keyctl", nullptr);
      },
      std::nullopt, pid);
  ASSERT_TRUE(WIFEXITED(result.status)) << result.status;
  EXPECT_EQ(WEXITSTATUS(result.status), 0);
  const json job = checked_report(report).at("jobs").at(0);
  EXPECT_EQ(job["denied"], nullptr);
  EXPECT_THAT(job["unavailable"].value("denied", ""), HasSubstr("listener"));
}

}  // namespace
}  // namespace hermetric
