// The executable called by an ordinary user: the same jobs in a user namespace of hermetric's own, without groups.

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <array>
#include <cctype>
#include <csignal>
#include <cstdio>

#include "isolation/sys/scope_exit.hpp"
#include "runner/cli/testing/attack_cli.hpp"

namespace hermetric {
namespace {

constexpr uid_t kUser = 54'321;  ///< nobody's

/// Everything the user needs is below path(""), which is the user's.
class Rootless : public Attack {
 protected:
  void SetUp() override {
    Attack::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    HERMETRIC_NEED("tools", fs::exists("/usr/bin/setpriv"), "there is no setpriv (util-linux)");
    utsname kernel{};
    unsigned major = 0, minor = 0;
    ::uname(&kernel);
    HERMETRIC_NEED(
        "rootless",
        std::sscanf(kernel.release, "%u.%u", &major, &minor) == 2 && (major > 6 || (major == 6 && minor >= 6)),
        "user attributes on a tmpfs came with Linux 6.6");
    fs::copy_file(HERMETRIC_EXECUTABLE, path("hermetric"));
    for (const char* name : {"run", "data", "home"}) fs::create_directory(path(name));
    give(path(""));
    for (const auto& entry : fs::recursive_directory_iterator(path(""))) give(entry.path());
    call_as(as_user());
  }

  void TearDown() override {
    if (!IsSkipped()) {
      EXPECT_TRUE(fs::is_empty(path("data") / "hermetric/cells")) << "uppers are left";
      EXPECT_TRUE(fs::is_empty(path("run") / "hermetric/ledger")) << "records are left";
      EXPECT_EQ(processes_of_user(), 0);
    }
    Attack::TearDown();
  }

  Words as_user() {
    return {"/usr/bin/setpriv",
            "--reuid=" + std::to_string(kUser),
            "--regid=" + std::to_string(kUser),
            "--clear-groups",
            "/usr/bin/env",
            "HOME=" + path("home").string(),
            "XDG_RUNTIME_DIR=" + path("run").string(),
            "XDG_DATA_HOME=" + path("data").string(),
            path("hermetric").string()};
  }

  static void give(const fs::path& path) { ASSERT_EQ(::lchown(path.c_str(), kUser, kUser), 0) << path; }

  void write_own(const std::string& name, const std::string& text) {
    write(name, text);
    give(work() / name);
  }

  /// The cell of a job that runs since start().
  std::string running_cell() {
    json rows;
    for (int look = 0; look < 500 && rows.empty(); ++look)
      rows = json::parse(hermetric({"ps", "--json"}).out, nullptr, false);
    return rows.empty() ? "none runs" : rows[0]["cell"];
  }

  Finished enter(const std::string& cell, const std::string& text) {
    return hermetric({"enter", cell, "--", "sh", "-c", text});
  }

  static int processes_of_user() {
    int count = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      struct stat look{};
      if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string().front())) != 0 &&
          ::stat(entry.path().c_str(), &look) == 0 && look.st_uid == kUser)
        ++count;
    }
    return count;
  }
};

TEST_F(Rootless, AJobIsSealedInEveryNamespaceAndRootThere) {
  const json job =
      exec_report({"--stdout", path("said")}, {"sh", "-c", "id -u; hostname; ps ax | wc -l; ls /sys/class/net"}, 0);
  EXPECT_EQ(content_of(path("said")), "0\njob\n4\nlo\n");
  const json& spaces = job["isolation"]["namespaces"];
  for (const char* name : {"mnt", "pid", "net", "ipc", "uts", "user", "cgroup", "time"}) {
    struct stat own{};
    ASSERT_EQ(::stat((std::string("/proc/self/ns/") + name).c_str(), &own), 0);
    EXPECT_NE(spaces.value(name, own.st_ino), own.st_ino) << name;
  }
}

TEST_F(Rootless, CpuTimeIsKnownByRusageAndWhatOnlyGroupsCountIsNullWithTheReason) {
  const json job = exec_report({}, {"sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"}, 0);
  EXPECT_GT(job["resources"]["cpu"]["usage_usec"], 50'000);
  EXPECT_THAT(job["sources"].value("resources.cpu.usage_usec", ""), HasSubstr("rusage"));
  EXPECT_EQ(job["resources"]["memory"]["peak_bytes"], nullptr);
  EXPECT_THAT(job["unavailable"].value("resources.memory.peak_bytes", ""), HasSubstr("not writable"));
  EXPECT_EQ(job["isolation"]["cgroup"], "none");
  EXPECT_EQ(job["limits"]["pids"], nullptr) << "nobody asked for it";
}

TEST_F(Rootless, TheWorkspaceIsCopyOnWriteAndArtifactsAreTheCallers) {
  write_own("kept", "before");
  fs::create_directories(work() / "dir/below");
  give(work() / "dir");
  give(work() / "dir/below");
  write_own("dir/below/old", "x");
  write_own("gone", "x");
  const json job = exec_report({"--artifact", "**", "--artifacts-dir", path("taken")},
                               {"sh", "-c", "echo after > kept; rm gone; rm -r dir; mkdir dir; echo new > dir/new"}, 0);
  EXPECT_EQ(content_of(work() / "kept"), "before");
  EXPECT_TRUE(fs::exists(work() / "dir/below/old"));
  const json expected = {{"files_created", 1}, {"files_modified", 1}, {"files_deleted", 2}, {"bytes_written", 10}};
  EXPECT_EQ(job["resources"]["workspace"], expected);
  struct stat look{};
  ASSERT_EQ(::stat((path("taken") / "dir/new").c_str(), &look), 0);
  EXPECT_EQ(look.st_uid, kUser);
}

TEST_F(Rootless, TheRootMayBeChangedAndTheHostIsNot) {
  const Finished done =
      shell("touch /etc/new /usr/bin/new /opt/new && rm /etc/passwd && ls /etc/new && echo x > /dev/null");
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(fs::exists("/etc/passwd"));
  EXPECT_FALSE(fs::exists("/etc/new") || fs::exists("/usr/bin/new"));
}

TEST_F(Rootless, CapsThatAreAskedForAreRefusedNotSkipped) {
  const std::array<std::pair<const char*, const char*>, 6> caps = {{{"--memory", "64M"},
                                                                    {"--cpus", "1"},
                                                                    {"--pids", "10"},
                                                                    {"--cpu-weight", "10"},
                                                                    {"--disk", "16M"},
                                                                    {"--cpu-time", "1s"}}};
  for (const auto& [option, value] : caps) {
    const Finished done = hermetric({"exec", option, value, "--", "touch", "ran"});
    EXPECT_EQ(done.code, 125) << option;
    EXPECT_THAT(done.err, HasSubstr("run as root")) << option;
  }
}

TEST_F(Rootless, GroupsThatTheUserMayMakeCapAndCount) {
  if (!fs::exists("/sys/fs/cgroup/pids")) GTEST_SKIP() << "no cgroup v1 hierarchy of pids to give to the user";
  const std::string parent = "/hermetric-of-" + std::to_string(::getpid());
  const fs::path group = "/sys/fs/cgroup/pids" + parent;
  fs::create_directory(group);
  const ScopeExit remove([&] { EXPECT_EQ(::rmdir(group.c_str()), 0) << "something is left in it"; });
  give(group);
  const char* fork_thirty = "for i in $(seq 30); do sleep 1 & done; wait";
  const json job = exec_report({"--cgroup-parent", parent, "--pids", "20"}, {"sh", "-c", fork_thirty}, 2);
  EXPECT_EQ(job["limits"]["pids"], 20);
  EXPECT_EQ(job["resources"]["pids"]["peak"], 20) << job["unavailable"];
  EXPECT_EQ(job["isolation"]["cgroup"], "v1");
}

TEST_F(Rootless, LimitsThatNeedNoGroupHold) {
  EXPECT_EQ(hermetric({"exec", "--wall-time", "300ms", "--grace", "0", "--", "sleep", "60"}).code, 124);
  EXPECT_EQ(shell("ulimit -n", {"--open-files", "77"}).out, "77\n");
  EXPECT_EQ(shell("yes", {"--output-limit", "1M"}).code, 124);
  EXPECT_NE(shell("dd if=/dev/zero of=big bs=1M count=32 2>/dev/null", {"--scratch", "tmpfs", "--disk", "16M"}).code,
            0);
}

TEST_F(Rootless, OtherIdsAreRefused) {
  const Finished done = hermetric({"exec", "--user", "1000", "--", "true"});
  EXPECT_EQ(done.code, 125);
  EXPECT_THAT(done.err, HasSubstr("no id but 0"));
}

TEST_F(Rootless, APipelineHandsOnArtifactsAndUsesItsPool) {
  write_own(
      "ci.yml",
      "jobs: { one: { command: 'echo x > a; sleep 1', artifacts: [a] },\n"
      "        two: { command: 'cat a', needs: [one], inputs: [one] }, three: { command: 'true', needs: [two] } }\n");
  const Finished done = hermetric({"run", "ci.yml", "--report-dir", path("rep")});
  ASSERT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_EQ(content_of(path("rep") / "jobs/two/stdout.log"), "x\n");
  EXPECT_TRUE(checked_report(path("rep") / "report.json").at("jobs")[2]["from_pool"]);
}

TEST_F(Rootless, KilledItTakesItsJobAlongAndTheNextStartSweeps) {
  const pid_t runner = start({"exec", "--", "sh", "-c", "mkdir -p deep/er; chmod 0 deep; sleep 60"}, ".job");
  for (int look = 0; look < 500 && processes_of_user() < 3; ++look) ::usleep(10'000);
  ::usleep(200'000);
  ::kill(runner, SIGKILL);
  finish(runner, ".job");
  for (int look = 0; look < 500 && processes_of_user() > 0; ++look) ::usleep(10'000);
  EXPECT_EQ(processes_of_user(), 0);
  EXPECT_FALSE(fs::is_empty(path("data") / "hermetric/cells"));
  EXPECT_EQ(hermetric({"gc"}).code, 0);
  EXPECT_TRUE(fs::is_empty(path("data") / "hermetric/cells"));
}

TEST_F(Rootless, RunningJobsCanBeListedAndKilled) {
  const pid_t runner = start({"exec", "--", "sleep", "60"}, ".job");
  const std::string cell = running_cell();
  const Finished paused = hermetric({"pause", cell});
  EXPECT_EQ(paused.code, 125);
  EXPECT_THAT(paused.err, HasSubstr("no group that can be frozen"));
  EXPECT_EQ(hermetric({"kill", cell}).code, 0);
  EXPECT_EQ(finish(runner, ".job").code, 137);
}

TEST_F(Rootless, ACommandThatEntersIsInTheJobAndBoundAsItIs) {
  const pid_t runner = start({"exec", "--", "sh", "-c", "echo x > /tmp/mark; sleep 60"}, ".job");
  const std::string cell = running_cell();
  const char* look =
      "until test -s /tmp/mark; do sleep 0.01; done; cat /tmp/mark; hostname; ls /sys/class/net; grep -E "
      "'^(NoNewPrivs|CapBnd|Seccomp):' /proc/self/status";
  const Finished entered = enter(cell, look);
  EXPECT_EQ(entered.out, "x\njob\nlo\nCapBnd:\t00000000a80c25fb\nNoNewPrivs:\t1\nSeccomp:\t2\n")
      << entered.code << entered.err;
  EXPECT_EQ(enter(cell, "exit 7").code, 7);
  EXPECT_EQ(hermetric({"kill", cell}).code, 0);
  EXPECT_EQ(finish(runner, ".job").code, 137);
}

TEST_F(Rootless, AttacksFail) {
  expect_answers({{"keyctl", "ENOSYS"},
                  {"bpf", "EPERM"},
                  {"io_uring_setup", "ENOSYS"},
                  {"mount_tmpfs", "EPERM"},
                  {"pivot_root", "EPERM"},
                  {"open_by_handle_at", "EPERM"},
                  {"setns", "EPERM"},
                  {"unshare_user", "EPERM"},
                  {"clone_user", "EPERM"},
                  {"sethostname", "EPERM"},
                  {"socket_raw", "EPERM"},
                  {"socket_vsock", "EAFNOSUPPORT"},
                  {"call_of_i386", "ENOSYS"},
                  {"mknod_block", "EPERM"},
                  {"mknod_mem", "EPERM"},
                  {"trace_init", "EPERM"},
                  {"signal_host_process", "ESRCH"},
                  {"trace_host_process", "ESRCH"}});
  EXPECT_EQ(attack({"descriptors"}).out, "0 1 2 \n");
  EXPECT_EQ(attack({"writable", "/sys"}).out, "");
  EXPECT_EQ(shell("grep -E '^(NoNewPrivs|CapEff)' /proc/self/status").out,
            "CapEff:\t00000000a80c25fb\nNoNewPrivs:\t1\n");
}

/// Init belongs to the same user as the job, so a signal may be sent; the kernel and init heed none that would hurt.
TEST_F(Rootless, SignalsToAllHitOnlyTheJob) {
  const Finished killed = shell("./attack signal_init; sleep 60 & ./attack kill_all; echo after",
                                {"--env", "HOST_PID_NAMESPACE=" + fs::read_symlink("/proc/self/ns/pid").string()});
  EXPECT_THAT(killed.out, Not(HasSubstr("after")));
  EXPECT_EQ(killed.code, 128 + SIGKILL) << killed.out << killed.err;
}

TEST_F(Rootless, TheCallersPrivateFilesAreNotShown) {
  std::ofstream(path("home") / "secret") << "secret";
  give(path("home") / "secret");
  const Finished read = shell("cat /etc/shadow '" + (path("home") / "secret").string() + "' | head -c 1");
  EXPECT_EQ(read.out, "");
}

/// A user's scope with delegated controllers, as systemd makes one: a cgroup2 group that the caller is in, and whose
/// directory and three files are the user's.
class RootlessDelegated : public Rootless {
 protected:
  const fs::path group_ = "/sys/fs/cgroup/hermetric-of-" + std::to_string(::getpid());

  void SetUp() override {
    Rootless::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    HERMETRIC_NEED("cgroup2-controllers", content_of("/sys/fs/cgroup/cgroup.controllers").contains("memory"),
                   "cgroup2 has no memory controller here");
    std::ofstream("/sys/fs/cgroup/cgroup.subtree_control") << "+cpu +memory +pids +io";
    fs::create_directory(group_);
    give(group_);
    for (const char* file : {"cgroup.procs", "cgroup.subtree_control", "cgroup.threads"}) give(group_ / file);
    Words call = {"/bin/sh", "-c", "echo $$ >" + (group_ / "cgroup.procs").string() + " && exec \"$@\"", "sh"};
    for (const std::string& word : as_user()) call.push_back(word);
    call_as(call);
  }

  void TearDown() override {
    if (fs::exists(group_)) {
      EXPECT_EQ(::rmdir(group_.c_str()), 0) << "something is left in it";
    }
    Rootless::TearDown();
  }
};

TEST_F(RootlessDelegated, AJobIsCountedByItsGroup) {
  const json job = exec_report({}, {"sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"}, 0);
  EXPECT_EQ(job["isolation"]["cgroup"], "v2");
  EXPECT_GT(job["resources"]["cpu"]["usage_usec"], 10'000);
  EXPECT_GT(job["resources"]["memory"]["peak_bytes"], 100'000) << job["unavailable"];
  EXPECT_GT(job["resources"]["pids"]["peak"], 0) << job["unavailable"];
  EXPECT_THAT(job["sources"].value("resources.cpu.usage_usec", ""), HasSubstr("cpu.stat"));
}

TEST_F(RootlessDelegated, CapsHold) {
  const json hungry = exec_report({"--memory", "64M"}, {"/usr/bin/python3", "-c", "b'x' * 200000000"}, 137);
  EXPECT_EQ(hungry["outcome"]["status"], "out_of_memory");
  EXPECT_GE(hungry["resources"]["memory"]["oom_kills"], 1);
  EXPECT_EQ(hungry["limits"]["memory_bytes"], 64 << 20);
  const json forking = exec_report({"--pids", "20"}, {"sh", "-c", "for i in $(seq 30); do sleep 1 & done; wait"}, 2);
  EXPECT_EQ(forking["resources"]["pids"]["peak"], 20) << forking["unavailable"];
}

TEST_F(RootlessDelegated, AJobCanBePausedAndResumed) {
  const pid_t runner = start({"exec", "--", "sleep", "2"}, ".job");
  call_as(as_user());  // from outside the scope, which the job's hermetric has for itself
  const std::string cell = running_cell();
  EXPECT_EQ(hermetric({"pause", cell}).code, 0);
  EXPECT_EQ(hermetric({"resume", cell}).code, 0);
  EXPECT_EQ(finish(runner, ".job").code, 0);
}

/// A user to whom the host lends ids. Its files say so in a mount namespace of the call's own, so /etc has mounts
/// below.
class RootlessWithIds : public Rootless {
 protected:
  static constexpr unsigned kLent = 3'000'000;

  void SetUp() override {
    Rootless::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    HERMETRIC_NEED("ids", fs::exists("/usr/bin/newuidmap"), "there is no newuidmap (uidmap)");
    const std::string user = std::to_string(kUser);
    std::ofstream(path("passwd")) << "lender:x:" << user << ":" << user << "::/:/bin/sh\n";
    std::ofstream(path("ids")) << "lender:" << kLent << ":65536\n";
    std::ofstream(path("lend")) << "mount --bind '" << path("passwd").string() << "' /etc/passwd\n"
                                << "for file in subuid subgid; do mount --bind '" << path("ids").string()
                                << "' /etc/$file; done\nexec \"$@\"\n";
    Words call = {"/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-e", path("lend").string()};
    for (const std::string& word : as_user()) call.push_back(word);
    call_as(call);
  }
};

TEST_F(RootlessWithIds, AJobHasTheIdsThatTheHostLendsItsUser) {
  const Finished done = shell("tr -s ' ' < /proc/self/uid_map; touch f; chown 1000:1001 f; stat -c %u:%g f; id -G");
  EXPECT_EQ(done.out, " 0 0 1\n 1 1 65535\n1000:1001\n0\n") << done.err;
  EXPECT_EQ(shell("id -u; id -g; id -G", {"--user", "1000:1001"}).out, "1000\n1001\n1001\n");
  const Finished beyond = shell("true", {"--user", "65536"});
  EXPECT_EQ(beyond.code, 125);
  EXPECT_THAT(beyond.err, HasSubstr("end at 65535"));
}

TEST_F(RootlessWithIds, AHostDirectoryWithMountsBelowIsShownInParts) {
  const Finished done = shell(
      "head -c 7 /etc/passwd; test -L /etc/mtab && test -d /etc/ssl && test -r /etc/debian_version && echo shown;"
      "! cat /etc/shadow && touch /etc/new /etc/ssl/new && ls /etc/new && ! grep -q lender /etc/passwd");
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.out, "root:x:shown\n/etc/new\n");
  EXPECT_FALSE(fs::exists("/etc/new") || fs::exists("/etc/ssl/new"));
}

TEST_F(RootlessWithIds, ArtifactsOfOtherIdsAreTheCallers) {
  const Finished done = shell("mkdir d; echo x > d/f; chown -R 1000:1000 d; chmod 700 d",
                              {"--artifact", "**", "--artifacts-dir", path("taken").string()});
  EXPECT_EQ(done.code, 0) << done.err;
  struct stat look{};
  ASSERT_EQ(::stat((path("taken") / "d/f").c_str(), &look), 0);
  EXPECT_EQ(look.st_uid, kUser);
}

TEST_F(RootlessWithIds, WhatAKilledRunsJobLeftWithOtherIdsIsSwept) {
  const pid_t runner =
      start({"exec", "--", "sh", "-c", "mkdir d; touch d/f; chown -R 1000 d; chmod 0 d; touch done; sleep 60"}, ".job");
  EXPECT_EQ(enter(running_cell(), "until test -e done; do sleep 0.01; done").code, 0);
  ::kill(runner, SIGKILL);
  finish(runner, ".job");
  EXPECT_FALSE(fs::is_empty(path("data") / "hermetric/cells"));
  EXPECT_EQ(hermetric({"gc"}).code, 0);
  for (int look = 0; look < 500 && processes_of_user() > 0; ++look) ::usleep(10'000);
}

}  // namespace
}  // namespace hermetric
