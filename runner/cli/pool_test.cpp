// Jobs in cells that were made ahead, through the real executable.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include "runner/cli/testing/host_state.hpp"

namespace hermetric {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

/// What a job can see of its confinement. Mounts without their numbers, which differ from cell to cell.
constexpr const char* kLook =
    "hostname; domainname; id; umask; ulimit -a; pwd; env | sort; ls -A /dev /proc/self/fd; ls /proc | grep -c "
    "'^[0-9]';"
    "grep -E '^(Cap|Seccomp:|NoNewPrivs|Sig|Groups|NSpid|Threads)' /proc/self/status; cat /proc/self/cgroup;"
    "cat /proc/self/uid_map; sed 's/ - / /' /proc/self/mountinfo | cut -d' ' -f4-6 ; ip -br link; ls -la . | tail -n "
    "+4;"
    "readlink /proc/self/fd/0; cat /proc/self/stat | cut -d' ' -f5-8; cut -d' ' -f1-2 /proc/self/timens_offsets;"
    "./attack add_key bpf perf_event_open io_uring_setup mount_tmpfs umount_proc setns unshare_user unshare_mount"
    " clone_user clone3 sethostname TIOCSTI mknod_block mount_cgroup call_of_i386 call_of_x32;"
    "cat /etc/shadow || (echo x >> /etc/group) || true";

class Pool : public testing::HostState {
 protected:
  /// A job that takes long enough for the next one's cell to be made, and that one.
  void write_pair(const std::string& command, const std::string& more = "") {
    const std::string first = testing::is_emulated() ? "sleep 10" : "sleep 1";
    write("ci.yml", "jobs:\n  first: { command: " + first + " }\n  second:\n    needs: [first]\n" + more +
                        "    command: " + json(command).dump() + "\n");
  }

  json run(const Words& options, int code = 0) {
    Words words = {"run", "ci.yml", "--report-dir", path("rep")};
    words.insert(words.end(), options.begin(), options.end());
    const Finished done = hermetric(words);
    EXPECT_EQ(done.code, code) << done.out << done.err;
    return checked_report(path("rep") / "report.json").at("jobs");
  }

  std::string log(const std::string& job, const char* stream = "stdout") {
    return content_of(path("rep") / "jobs" / job / (std::string(stream) + ".log"));
  }

  static Words ledger_of(pid_t runner) {
    Words records;
    std::error_code gone;
    for (fs::directory_iterator record("/run/hermetric/ledger", gone), end; !gone && record != end;
         record.increment(gone))
      if (record->path().filename().string().starts_with(std::to_string(runner) + "-"))
        records.push_back(record->path());
    return records;
  }

  void write_many(int jobs) {
    std::string text = "defaults: { memory: 64M }\njobs:\n";
    for (int i = 0; i < jobs; ++i) text += "  job" + std::to_string(i) + ": { command: [\"true\"] }\n";
    write("ci.yml", text);
  }

  struct Footprint {
    std::size_t most_descriptors = 0, most_records = 0;
    long peak_kib = 0;  ///< of the runner's memory
  };

  /// Looks at a run as long as it lives.
  Footprint footprint_of_run(const std::string& workers) {
    Footprint footprint;
    const pid_t runner = start({"run", "ci.yml", "--jobs", workers, "--report-dir", path("rep")}, ".run");
    int status = 0;
    struct rusage usage{};
    while (::wait4(runner, &status, WNOHANG, &usage) == 0) {
      std::error_code gone;
      std::size_t descriptors = 0;
      for (fs::directory_iterator fd("/proc/" + std::to_string(runner) + "/fd", gone), end; !gone && fd != end;
           fd.increment(gone))
        ++descriptors;
      footprint.most_descriptors = std::max(footprint.most_descriptors, descriptors);
      footprint.most_records = std::max(footprint.most_records, ledger_of(runner).size());
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << content_of(path("err.run"));
    EXPECT_EQ(added({}, groups_of(runner)), "");
    footprint.peak_kib = usage.ru_maxrss;
    return footprint;
  }
};

TEST_F(Pool, AJobThatIsForeseenGetsACellThatWasMadeAhead) {
  write_pair("echo out; echo err >&2; exit 7");
  const json jobs = run({}, 1);
  EXPECT_FALSE(jobs[0]["from_pool"]);
  const json& job = jobs[1];
  EXPECT_TRUE(job["from_pool"]);
  EXPECT_EQ(job["outcome"]["exit_code"], 7);
  EXPECT_EQ(log("second"), "out\n");
  EXPECT_EQ(log("second", "stderr"), "err\n");
  EXPECT_EQ(job["output"]["stdout_bytes"], 4);
}

TEST_F(Pool, TheReportSaysWhatTheCellCostAndNotHowLongItWaited) {
  write_pair("true");
  const json job = run({})[1];
  ASSERT_TRUE(job["from_pool"]);
  const json& setup = job["phases"]["setup_usec"];
  std::int64_t sum = 0;
  for (const auto& [stage, cost] : setup.items()) {
    EXPECT_GE(cost, 0) << stage;
    if (stage != "total") sum += cost.get<std::int64_t>();
  }
  EXPECT_GT(setup["namespaces"], 0);
  EXPECT_GT(setup["root"], 0);
  EXPECT_NEAR(static_cast<double>(sum), setup["total"].get<double>(), 50.0) << setup;
  EXPECT_GT(job["resources"]["wall_usec"], 0);
  EXPECT_GT(job["resources"]["cpu"]["usage_usec"], 0);
}

TEST_F(Pool, CanBeTurnedOff) {
  write_pair("true");
  EXPECT_FALSE(run({"--no-pool"})[1]["from_pool"]);
}

TEST_F(Pool, AJobSeesTheSameInACellThatWasMadeAhead) {
  fs::copy_file(HERMETRIC_ATTACK, work() / "attack");
  write_pair(kLook, "    memory: 256M\n    open_files: 100\n    env: { A: b, HOST_PID_NAMESPACE: \"" +
                        fs::read_symlink("/proc/self/ns/pid").string() + "\" }\n");
  const json ahead = run({})[1];
  ASSERT_TRUE(ahead["from_pool"]);
  const std::string seen = log("second"), said = log("second", "stderr");
  const json cold = run({"--no-pool"})[1];
  ASSERT_FALSE(cold["from_pool"]);
  EXPECT_EQ(seen, log("second"));
  EXPECT_EQ(said, log("second", "stderr"));
  EXPECT_THAT(seen, HasSubstr("add_key: ENOSYS")) << "the attacks have run";
  EXPECT_EQ(ahead["limits"], cold["limits"]);
  for (const auto& [name, inode] : ahead["isolation"]["namespaces"].items()) {
    const std::string host = fs::read_symlink("/proc/self/ns/" + name).string();
    EXPECT_EQ(host.find("[" + std::to_string(inode.get<std::uint64_t>()) + "]"), std::string::npos) << name;
  }
  EXPECT_EQ(ahead["isolation"]["namespaces"].size(), 8U);
}

TEST_F(Pool, NoCellHoldsTwoJobs) {
  std::string jobs = "jobs:\n  job0: { command: sleep 0.3 }\n";
  for (int i = 1; i <= 30; ++i)
    jobs += "  job" + std::to_string(i) + ": { needs: [job" + std::to_string(i - 1) +
            "], command: \"test ! -e mark && test ! -e /tmp/mark && touch mark /tmp/mark && sleep 0.03\" }\n";
  write("ci.yml", jobs);
  int pooled = 0;
  for (const json& job : run({})) pooled += job["from_pool"] ? 1 : 0;
  EXPECT_GT(pooled, 0);
  EXPECT_FALSE(fs::exists(work() / "mark"));
}

TEST_F(Pool, LimitsHoldInACellThatWasMadeAhead) {
  write_pair("python3 -c 'b\"x\" * 200000000'", "    memory: 64M\n");
  const json killed = run({}, 1)[1];
  EXPECT_TRUE(killed["from_pool"]);
  EXPECT_EQ(killed["outcome"]["status"], "out_of_memory");
  write_pair("sleep 60", "    wall_time: 200ms\n");
  const json late = run({}, 1)[1];
  EXPECT_TRUE(late["from_pool"]);
  EXPECT_EQ(late["outcome"]["status"], "timed_out");
  write_pair("nothing-of-that-name");
  const json missing = run({}, 1)[1];
  EXPECT_TRUE(missing["from_pool"]);
  EXPECT_EQ(missing["outcome"]["exit_code"].is_null() ? 0 : missing["outcome"]["exit_code"].get<int>(), 127)
      << missing["outcome"];
}

TEST_F(Pool, ManyJobsTakeNoMoreThanFew) {
  write_many(testing::is_emulated() ? 20 : 50);
  const Footprint few = footprint_of_run("2");
  const auto before = census(0);
  const int jobs = testing::is_emulated() ? 100 : 500;
  write_many(jobs);
  const Footprint many = footprint_of_run("2");
  EXPECT_LE(many.most_descriptors, few.most_descriptors + 32) << "the most that were seen; one of fourteen jobs leaks";
  EXPECT_LE(many.most_records, 5U) << "two jobs, two cells that wait and one that is being made or removed";
  EXPECT_LE(many.peak_kib, few.peak_kib + 2048);
  EXPECT_LE(many.peak_kib, 40 * 1024);
  EXPECT_EQ(added(before, census(0)), "");
  EXPECT_EQ(checked_report(path("rep") / "report.json").at("jobs").size(), static_cast<std::size_t>(jobs));
}

TEST_F(Pool, AKilledRunLeavesNothingThatTheNextDoesNotSweep) {
  write("ci.yml", "jobs: { first: { command: sleep 60 }, second: { needs: [first], command: 'true' } }\n");
  const auto before = census(0);
  const pid_t runner = start({"run", "ci.yml", "--report-dir", path("rep")}, ".run");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (ledger_of(runner).size() < 2 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const Words records = ledger_of(runner);
  EXPECT_EQ(records.size(), 2U) << "a job and a cell that waits";
  ::kill(runner, SIGKILL);
  finish(runner, ".run");
  EXPECT_TRUE(orphans_have_ended());
  EXPECT_NE(added(before, census(runner)), "");
  EXPECT_EQ(hermetric({"gc"}).code, 0);
  EXPECT_EQ(added(before, census(runner)), "");
}

}  // namespace
}  // namespace hermetric
