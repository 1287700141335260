/// Real inits with tiny plans: a PID namespace and a job, nothing else.

#include "isolation/process/launcher.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "isolation/sys/clock.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/sys/testing/require.hpp"
#include "isolation/sys/testing/temporary_directory.hpp"

namespace hermetric {
namespace {

using testing::TemporaryDirectory;
using Argv = std::vector<std::string>;

constexpr int kPatience = 60'000;  ///< ms until a failure shows; nothing here takes a tenth of it, emulated or not

bool readable(int fd, int milliseconds) {
  pollfd query{fd, POLLIN, 0};
  return ::poll(&query, 1, milliseconds) == 1;
}

double cpu_seconds(const struct rusage& usage) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The job's stdout as a pipe: it says when the job is ready, and its end says that every holder is dead.
class Output {
 public:
  Output() : pipe_(*sys::pipe2(O_CLOEXEC)) {}
  [[nodiscard]] int job_end() const { return pipe_.write_end.get(); }
  void started() { pipe_.write_end.close(); }

  std::string line() {
    std::string text;
    for (char c = 0;
         readable(pipe_.read_end.get(), kPatience) && ::read(pipe_.read_end.get(), &c, 1) == 1 && c != '\n';)
      text.push_back(c);
    return text;
  }

  [[nodiscard]] bool ended(int milliseconds = 0) const {
    char c = 0;
    return readable(pipe_.read_end.get(), milliseconds) && ::read(pipe_.read_end.get(), &c, 1) == 0;
  }

 private:
  sys::Pipe pipe_;
};

class LauncherRoot : public ::testing::Test {
 protected:
  void SetUp() override {
    HERMETRIC_NEED("root", ::geteuid() == 0, "a PID namespace is made");
    self_ = *sys::pidfd_open(::getpid());
  }

  /// The steps before and after which a test adds its own.
  std::shared_ptr<Plan> begin_plan() {
    auto plan = std::make_shared<Plan>();
    plan->add(Actor::kInit, {.op = Op::kDieWithParent, .fd = self_.get()});
    plan->add(Actor::kInit, {.op = Op::kDefaultSignals});
    return plan;
  }

  static std::shared_ptr<Plan> end_plan(std::shared_ptr<Plan> plan, const Argv& argv, int stdout_fd = -1,
                                        const Argv& candidates = {}) {
    plan->add(Actor::kInit, {.op = Op::kSpawnJob});
    if (stdout_fd >= 0) plan->add(Actor::kJob, {.op = Op::kDuplicate, .fd = stdout_fd, .number = STDOUT_FILENO});
    plan->add(Actor::kJob, {.op = Op::kUnblockSignals});
    plan->mark(Actor::kJob, Stage::kJob);
    plan->add(Actor::kJob, {.op = Op::kExec});
    plan->set_command(candidates.empty() ? Argv{argv.front()} : candidates, argv, {"PATH=/usr/bin:/bin"});
    return plan;
  }

  static std::shared_ptr<Plan> prepared_plan(std::shared_ptr<Plan> plan, int stdout_fd = -1) {
    plan->add(Actor::kInit, {.op = Op::kSpawnJob, .number = kPreparedJob});
    if (stdout_fd >= 0) plan->add(Actor::kJob, {.op = Op::kDuplicate, .fd = stdout_fd, .number = STDOUT_FILENO});
    plan->add(Actor::kJob, {.op = Op::kUnblockSignals});
    plan->add(Actor::kJob, {.op = Op::kAwaitCommand});
    plan->add(Actor::kJob, {.op = Op::kExec});
    return plan;
  }

  /// False when it ended instead.
  static bool wait_until_ready(const Init& init) {
    while (init.ready_at() == 0)
      if (readable(init.pidfd().get(), 1)) return false;
    return true;
  }

  static Init launch(std::shared_ptr<Plan> plan) {
    auto init = Init::launch(std::move(plan), CLONE_NEWPID);
    if (!init) ADD_FAILURE() << init.error().message();
    return *std::move(init);
  }

  Init launch_shell(const std::string& script, Output* output = nullptr) {
    Init init = launch(end_plan(begin_plan(), {"/bin/sh", "-c", script}, output != nullptr ? output->job_end() : -1));
    if (output != nullptr) output->started();
    return init;
  }

  static const ChildRecord& finish(Init& init) {
    EXPECT_TRUE(readable(init.pidfd().get(), kPatience)) << "init " << init.pid() << " does not end";
    if (const auto done = init.wait(); !done) ADD_FAILURE() << done.error().message();
    return init.record();
  }

  Fd self_;
};

TEST_F(LauncherRoot, WithoutAPidNamespaceNothingIsLaunched) {
  auto plan = begin_plan();  // its failing step ends init before it could do any harm
  plan->add(Actor::kInit, {.op = Op::kChdir, .path = "/nonexistent"});
  const auto init = Init::launch(end_plan(plan, {"/bin/true"}), 0);
  EXPECT_FALSE(init) << "this init would end by killing every process of the host";
}

TEST_F(LauncherRoot, ExitCodeIsTheJobs) {
  Init init = launch_shell("exit 7");
  const ChildRecord& record = finish(init);
  EXPECT_EQ(record.failed_errno, 0);
  EXPECT_TRUE(record.job_started && record.job_ended);
  EXPECT_TRUE(WIFEXITED(record.wait_status)) << record.wait_status;
  EXPECT_EQ(WEXITSTATUS(record.wait_status), 7);
}

TEST_F(LauncherRoot, SignalIsTheJobs) {
  Init init = launch_shell("kill -9 $$");
  const ChildRecord& record = finish(init);
  EXPECT_TRUE(WIFSIGNALED(record.wait_status)) << record.wait_status;
  EXPECT_EQ(WTERMSIG(record.wait_status), SIGKILL);
}

TEST_F(LauncherRoot, APreparedJobWaitsForItsCommand) {
  Output output;
  Init init = launch(prepared_plan(begin_plan(), output.job_end()));
  output.started();
  ASSERT_TRUE(wait_until_ready(init));
  EXPECT_FALSE(readable(init.pidfd().get(), 20));
  EXPECT_EQ(init.exec_at(), 0U);
  const std::uint64_t released_at = monotonic_nanoseconds();
  ASSERT_TRUE(init.release({"/nonexistent", "/bin/sh"}, {"sh", "-c", "echo $GIVEN $0; exit 4", "me"}, {"GIVEN=later"}));
  EXPECT_EQ(output.line(), "later me");
  const ChildRecord& record = finish(init);
  EXPECT_TRUE(record.job_started && record.job_ended);
  EXPECT_EQ(WEXITSTATUS(record.wait_status), 4);
  EXPECT_LT(record.ready_at, released_at);
  EXPECT_GE(record.exec_at, released_at);
}

TEST_F(LauncherRoot, APreparedJobIsReleasedOnce) {
  Init init = launch(prepared_plan(begin_plan()));
  ASSERT_TRUE(init.release({"/bin/true"}, {"true"}, {}));
  EXPECT_FALSE(init.release({"/bin/false"}, {"false"}, {})) << "a second job in one cell";
  EXPECT_EQ(WEXITSTATUS(finish(init).wait_status), 0);
}

TEST_F(LauncherRoot, ACommandThatHasNoRoomLeavesThePreparedJobWaiting) {
  Init init = launch(prepared_plan(begin_plan()));
  const auto refused = init.release({"/bin/true"}, {"true", std::string(ChildMemory::kCommandRoom, 'x')}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error_number(), E2BIG);
  ASSERT_TRUE(init.release({"/bin/true"}, {"true"}, {}));
  EXPECT_EQ(WEXITSTATUS(finish(init).wait_status), 0);
}

TEST_F(LauncherRoot, APreparedJobWithoutACommandEndsWithItsInit) {
  Output output;
  {
    const Init init = launch(prepared_plan(begin_plan(), output.job_end()));
    output.started();
    ASSERT_TRUE(wait_until_ready(init));
    EXPECT_FALSE(output.ended());
  }
  EXPECT_TRUE(output.ended(kPatience));
}

TEST_F(LauncherRoot, AStepThatFailsIsKnownBeforeAPreparedJobIsReady) {
  auto plan = begin_plan();
  plan->add(Actor::kJob, {.op = Op::kChdir, .path = "/nonexistent"});
  Init init = launch(prepared_plan(plan));
  EXPECT_FALSE(wait_until_ready(init));
  const ChildRecord& record = finish(init);
  EXPECT_EQ(record.failed_errno, ENOENT);
  EXPECT_EQ(record.failed_actor, Actor::kJob);
  EXPECT_EQ(record.ready_at, 0U);
}

TEST_F(LauncherRoot, MissingCommandFailsAtExecWithEnoent) {
  Init init = launch(end_plan(begin_plan(), {"nothing"}, -1, {"/nonexistent/nothing", "/usr/nothing"}));
  const ChildRecord& record = finish(init);
  EXPECT_EQ(record.failed_errno, ENOENT);
  EXPECT_EQ(record.failed_actor, Actor::kJob);
  EXPECT_EQ(init.plan().steps(Actor::kJob)[record.failed_step].op, Op::kExec);
  EXPECT_EQ(record.exec_at, 0U) << "nothing was executed";
}

TEST_F(LauncherRoot, AFileThatIsThereButNotExecutableSaysWhy) {
  const TemporaryDirectory directory;
  directory.write("data", "text", 0644);
  Init init = launch(end_plan(begin_plan(), {"data"}, -1, {directory.path("data"), "/nonexistent/data"}));
  EXPECT_EQ(finish(init).failed_errno, EACCES);
}

TEST_F(LauncherRoot, LaterCandidateIsTakenWhenTheFirstIsMissing) {
  Init init = launch(end_plan(begin_plan(), {"sh", "-c", "exit 5"}, -1, {"/nonexistent/sh", "/bin/sh"}));
  const ChildRecord& record = finish(init);
  EXPECT_EQ(record.failed_errno, 0);
  EXPECT_EQ(WEXITSTATUS(record.wait_status), 5);
}

TEST_F(LauncherRoot, FailedStepOfInitIsNamed) {
  auto plan = begin_plan();
  plan->add(Actor::kInit, {.op = Op::kChdir, .path = "/nonexistent"});
  Init init = launch(end_plan(plan, {"/bin/true"}));
  const ChildRecord& record = finish(init);
  EXPECT_EQ(record.failed_actor, Actor::kInit);
  EXPECT_EQ(record.failed_step, 2U);
  EXPECT_EQ(record.failed_errno, ENOENT);
  EXPECT_FALSE(record.job_started || record.job_ended);
}

TEST_F(LauncherRoot, FailedStepOfTheJobIsNamed) {
  auto plan = begin_plan();
  plan->add(Actor::kJob, {.op = Op::kNewSession});
  plan->add(Actor::kJob, {.op = Op::kMakeDirectory, .number = 0755, .path = "/proc/1/no"});
  Init init = launch(end_plan(plan, {"/bin/true"}));
  const ChildRecord& record = finish(init);
  EXPECT_EQ(record.failed_actor, Actor::kJob);
  EXPECT_EQ(record.failed_step, 1U);
  EXPECT_EQ(record.failed_errno, ENOENT);
  EXPECT_FALSE(record.job_started);
}

TEST_F(LauncherRoot, MarksFollowEachOther) {
  const std::uint64_t before = monotonic_nanoseconds();
  auto plan = begin_plan();
  plan->mark(Actor::kInit, Stage::kNamespaces);
  Init init = launch(end_plan(plan, {"/bin/true"}));
  const ChildRecord& record = finish(init);
  const std::array<std::uint64_t, 6> times = {before,
                                              record.marks[static_cast<std::size_t>(Stage::kNamespaces)],
                                              record.marks[static_cast<std::size_t>(Stage::kJob)],
                                              record.exec_at,
                                              record.death_at,
                                              monotonic_nanoseconds()};
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_LT(times[i - 1], times[i]) << "time " << i;
  EXPECT_EQ(record.marks[static_cast<std::size_t>(Stage::kRoot)], 0U) << "not a stage of this plan";
}

TEST_F(LauncherRoot, CountersCountWhatIsExecutedAndAllItsChildren) {
  constexpr std::uint64_t kSoftware = std::uint64_t{PERF_TYPE_SOFTWARE} << 32;
  auto plan = begin_plan();
  plan->add(Actor::kInit, {.op = Op::kOpenCounter, .number = 0, .flags = kSoftware | PERF_COUNT_SW_TASK_CLOCK});
  plan->add(Actor::kInit, {.op = Op::kOpenCounter, .number = 1, .flags = std::uint64_t{99} << 32});
  const std::string turns = testing::is_emulated() ? "3000" : "30000";
  const std::string script = "for i in 1 2 3; do ( j=0; while [ $j -lt " + turns + " ]; do j=$((j+1)); done ); done";
  Init init = launch(end_plan(plan, {"/bin/sh", "-c", script}));
  const ChildRecord& record = finish(init);
  ASSERT_GT(record.counter_fds[0], 0);
  const double counted = 1e-9 * static_cast<double>(record.counters[0].value);
  EXPECT_NEAR(counted, cpu_seconds(record.all_usage), 0.5 * counted);
  EXPECT_LT(record.counter_fds[1], 0) << "an event that no kernel has is told, and no failure";
}

TEST_F(LauncherRoot, CpuOfADoubleForkedOrphanIsInAllUsage) {
  const TemporaryDirectory directory;
  const std::string fifo = directory.path("done");
  const std::string turns = testing::is_emulated() ? "30000" : "600000";
  Init init = launch_shell("mkfifo " + fifo + "; ( ( i=0; while [ $i -lt " + turns +
                           " ]; do i=$((i+1)); done; echo > " + fifo + " ) & ); read x < " + fifo + "; sleep 0.1");
  const ChildRecord& record = finish(init);
  EXPECT_GT(cpu_seconds(record.all_usage), cpu_seconds(record.root_usage) + 0.1)
      << "of the job's root process alone: " << cpu_seconds(record.root_usage);
}

TEST_F(LauncherRoot, OrphansAreDeadWhenThePidfdIsReadable) {
  Output output;
  Init init =
      launch_shell("for i in 1 2 3; do ( setsid sh -c 'trap \"\" TERM HUP; sleep 100; :' & ); done; echo up", &output);
  EXPECT_EQ(output.line(), "up");
  ASSERT_TRUE(readable(init.pidfd().get(), kPatience));
  EXPECT_TRUE(output.ended()) << "somebody still holds the job's stdout";
}

TEST_F(LauncherRoot, SigtermReachesTheJob) {
  Output output;
  Init init = launch_shell("trap 'exit 9' TERM; echo up; while :; do sleep 0.01; done", &output);
  ASSERT_EQ(output.line(), "up");
  ASSERT_TRUE(init.signal(SIGTERM));
  EXPECT_EQ(WEXITSTATUS(finish(init).wait_status), 9);
}

TEST_F(LauncherRoot, KillAllEndsAJobThatIgnoresSigterm) {
  Output output;
  Init init = launch_shell("trap '' TERM; echo up; sleep 100; :", &output);
  ASSERT_EQ(output.line(), "up");
  ASSERT_TRUE(init.signal(SIGTERM));
  EXPECT_FALSE(readable(init.pidfd().get(), 100)) << "SIGTERM is ignored, and is all that was sent";
  ASSERT_TRUE(init.signal(kKillAllSignal));
  const ChildRecord& record = finish(init);
  EXPECT_EQ(WTERMSIG(record.wait_status), SIGKILL);
  EXPECT_TRUE(output.ended());
}

TEST_F(LauncherRoot, KillAllEndsAStoppedJob) {
  Output output;
  Init init = launch_shell("echo up; kill -STOP $$; exit 1", &output);
  ASSERT_EQ(output.line(), "up");
  ASSERT_TRUE(init.signal(kKillAllSignal));
  EXPECT_EQ(WTERMSIG(finish(init).wait_status), SIGKILL);
}

TEST_F(LauncherRoot, DestructorKillsAndReaps) {
  Output output;
  pid_t pid = 0;
  {
    const Init init = launch_shell("echo up; sleep 100", &output);
    pid = init.pid();
    ASSERT_EQ(output.line(), "up");
  }
  EXPECT_TRUE(output.ended());
  EXPECT_EQ(::kill(pid, 0), -1) << "init " << pid << " is still there";
}

TEST_F(LauncherRoot, JobDiesWhenItsRunnerIsKilled) {
  Output output;
  auto pids = sys::pipe2(O_CLOEXEC);
  ASSERT_TRUE(pids);
  const pid_t runner = ::fork();
  if (runner == 0) {
    self_ = *sys::pidfd_open(::getpid());
    const Init init = launch_shell("echo up; sleep 100", &output);
    const pid_t pid = init.pid();
    if (::write(pids->write_end.get(), &pid, sizeof pid) != sizeof pid) ::_exit(1);
    for (;;) ::pause();
  }
  output.started();
  pid_t init = 0;
  ASSERT_EQ(::read(pids->read_end.get(), &init, sizeof init), static_cast<ssize_t>(sizeof init));
  const auto init_pidfd = sys::pidfd_open(init);
  ASSERT_TRUE(init_pidfd);
  EXPECT_EQ(output.line(), "up");
  ::kill(runner, SIGKILL);
  ::waitpid(runner, nullptr, 0);
  EXPECT_TRUE(readable(init_pidfd->get(), 1000)) << "init " << init << " outlives its runner";
  EXPECT_TRUE(output.ended(1000)) << "the job outlives its runner";
}

TEST_F(LauncherRoot, LogicalWritesOfTheWholeJobAreCaptured) {
  constexpr double kWritten = 2.0 * (10 << 20);
  const TemporaryDirectory directory;
  const std::string fifo = directory.path("done");
  const std::string ten_mebibytes = "dd if=/dev/zero of=/dev/null bs=64k count=160 2>/dev/null";
  auto plan = begin_plan();
  plan->set_capture({"/proc/self/io", nullptr});
  Init init = launch(end_plan(plan, {"/bin/sh", "-c",
                                     "mkfifo " + fifo + "; " + ten_mebibytes + "; ( ( " + ten_mebibytes + "; echo > " +
                                         fifo + " ) & ); read x < " + fifo + "; sleep 0.2"}));
  const CapturedFile& io = finish(init).captured[0];
  const std::string text(io.text.data(), io.length);
  const auto at = text.find("wchar: ");
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_NEAR(std::stod(text.substr(at + 7)), kWritten, kWritten / 100) << text;
  EXPECT_EQ(init.record().captured[1].length, 0U) << "no second file was asked for";
}

}  // namespace
}  // namespace hermetric
