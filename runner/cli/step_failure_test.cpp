// System calls by which hermetric acquires, changes or removes something are made to fail with EIO, one a run, in the
// runner, in init and in the job before its program: nothing stays behind, and what it says has the reason.

#include <sys/syscall.h>

#include <cstdlib>
#include <cstring>
#include <iostream>

#include "runner/cli/testing/fault_injector.hpp"
#include "runner/cli/testing/host_state.hpp"

namespace hermetric {
namespace {

using testing::FaultInjector;

/// HERMETRIC_FAULTS=N tries every call from the Nth and prints what was said; else one of each few, for time.
const char* every_call() { return std::getenv("HERMETRIC_FAULTS"); }
std::size_t sampled() { return testing::is_emulated() ? 10 : 70; }

class StepFailure : public testing::HostState {
 protected:
  FaultInjector::Result inject(std::vector<std::string> words, std::optional<FaultInjector::Fault> fault, pid_t& pid) {
    words.insert(words.begin(), HERMETRIC_EXECUTABLE);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int out = ::open(path("out").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const int err = ::open(path("err").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const std::string directory = work();
    const auto result = FaultInjector::run(
        [&] {
          ::dup2(out, STDOUT_FILENO);
          ::dup2(err, STDERR_FILENO);
          if (::chdir(directory.c_str()) == 0) ::execve(HERMETRIC_EXECUTABLE, argv.data(), environ);
        },
        fault, pid);
    ::close(out);
    ::close(err);
    return result;
  }

  /// Fails the calls of `words` in turn; `clean` is called before each.
  void fail_in_turn(const std::vector<std::string>& words, const std::function<void()>& clean) {
    pid_t pid = -1;
    clean();
    const auto whole = inject(words, std::nullopt, pid);
    ASSERT_TRUE(WIFEXITED(whole.status) && WEXITSTATUS(whole.status) == 0) << content_of(path("err"));
    ASSERT_GT(whole.calls, 100U);
    ASSERT_TRUE(orphans_have_ended());
    const std::size_t step = every_call() != nullptr ? 1 : whole.calls / sampled() + 1;
    const std::size_t first = every_call() != nullptr ? static_cast<std::size_t>(std::atol(every_call())) : step / 2;
    for (std::size_t i = first; i < whole.calls; i += step) {
      clean();
      fail(words, i, EIO);
      if (HasFatalFailure()) return;
    }
  }

  void fail(const std::vector<std::string>& words, std::size_t index, int error) {
    const auto before = census(0);
    pid_t pid = -1;
    const auto result = inject(words, FaultInjector::Fault{index, error}, pid);
    const std::string out = content_of(path("out")), err = content_of(path("err"));
    std::ostringstream which;
    which << "call " << index << " of " << result.calls << ", system call number " << result.failed_call << "\n"
          << out << err;
    SCOPED_TRACE(which.str());
    ASSERT_FALSE(result.hung);
    EXPECT_TRUE(orphans_have_ended());
    ASSERT_TRUE(WIFEXITED(result.status)) << "ended by signal " << WTERMSIG(result.status);
    const int code = WEXITSTATUS(result.status);
    if (every_call() != nullptr)
      std::cout << index << " #" << result.failed_call << " -> " << code << " " << err << std::flush;
    const std::string reason = std::strerror(error);
    EXPECT_TRUE(code == 0 || (out + err).find(reason) != std::string::npos);
    EXPECT_TRUE(code == 0 || code == 1 || code == 125 || (code == 126 && result.failed_call == SYS_execve)) << code;
    const std::string left = added(before, census(pid));
    if (left.empty()) return;
    // It was a removal that failed: what is left stands in the ledger.
    EXPECT_EQ(hermetric({"gc"}).code, 0);
    EXPECT_EQ(added(before, census(pid)), "");
  }
};

TEST_F(StepFailure, OfExec) {
  fail_in_turn({"exec",
                "--memory",
                "64M",
                "--cpus",
                "1",
                "--oom",
                "fail",
                "--disk",
                "16M",
                "--artifact",
                "a",
                "--artifacts-dir",
                path("artifacts"),
                "--stdout",
                path("o"),
                "--output-limit",
                "1M",
                "--report",
                path("report.json"),
                "--",
                "sh",
                "-c",
                "echo said; echo x > a"},
               [&] {
                 fs::remove_all(path("artifacts"));
                 fs::remove(path("report.json"));
               });
}

TEST_F(StepFailure, OfRun) {
  write("ci.yml",
        "jobs: { one: { command: 'echo x > a', artifacts: [a] },\n"
        "        two: { command: 'echo y > b', needs: [one], inputs: [one] } }\n");
  // Without the pool: when it makes a cell depends on idle CPUs, and a call's number shall mean the same call each
  // time.
  fail_in_turn({"run", "ci.yml", "--no-pool", "--report-dir", "rep"}, [&] { fs::remove_all(work() / "rep"); });
}

}  // namespace
}  // namespace hermetric
