// Hostile jobs, through the real executable. SECURITY.md names each test of this file and of
// attack_output_test.cpp with what came of the attack.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstring>

#include "isolation/sys/fd.hpp"
#include "isolation/sys/scope_exit.hpp"
#include "runner/cli/testing/attack_cli.hpp"

namespace hermetric {
namespace {

TEST_F(Attack, KeyringsAndKernelInterfacesAreNotThere) {
  expect_answers({{"add_key", "ENOSYS"},
                  {"request_key", "ENOSYS"},
                  {"keyctl", "ENOSYS"},
                  {"io_uring_setup", "ENOSYS"},
                  {"userfaultfd", "ENOSYS"},
                  {"bpf", "EPERM"},
                  {"perf_event_open", "EPERM"},
                  {"kexec_load", "EPERM"},
                  {"init_module", "EPERM"},
                  {"reboot", "EPERM"},
                  {"swapon", "EPERM"},
                  {"iopl", "EPERM"},
                  {"clock_settime", "EPERM"},
                  {"syslog", "EPERM"},
                  {"personality", "EPERM"},
                  {"unknown_call", "ENOSYS"}});
}

TEST_F(Attack, OtherAbisOfTheProcessorAreNotThere) {
  expect_answers({{"call_of_i386", "ENOSYS"}, {"call_of_x32", "ENOSYS"}});
}

TEST_F(Attack, MountsCannotBeChanged) {
  expect_answers({{"mount_tmpfs", "EPERM"},
                  {"mount_proc", "EPERM"},
                  {"remount_root", "EPERM"},
                  {"bind_root", "EPERM"},
                  {"umount_proc", "EPERM"},
                  {"pivot_root", "EPERM"},
                  {"fsopen", "ENOSYS"},
                  {"open_tree", "ENOSYS"},
                  {"move_mount", "ENOSYS"},
                  {"mount_setattr", "ENOSYS"},
                  {"open_by_handle_at", "EPERM"}});
}

TEST_F(Attack, NamespacesCannotBeMadeOrEntered) {
  expect_answers({{"setns", "EPERM"},
                  {"unshare_user", "EPERM"},
                  {"unshare_mount", "EPERM"},
                  {"unshare_network", "EPERM"},
                  {"clone_user", "EPERM"},
                  {"clone_pid", "EPERM"},
                  {"clone3", "ENOSYS"},
                  {"sethostname", "EPERM"}});
}

TEST_F(Attack, TerminalsCannotBeTypedInto) { expect_answers({{"TIOCSTI", "EPERM"}, {"TIOCLINUX", "EPERM"}}); }

TEST_F(Attack, SocketsDoNotReachTheHost) {
  const Fd abstract(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const std::string name = "hermetric-attack-" + std::to_string(::getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.c_str(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  ASSERT_EQ(::bind(abstract.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(abstract.get(), 1), 0);
  const Fd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in loopback{};
  loopback.sin_family = AF_INET;
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof loopback;
  ASSERT_EQ(::bind(tcp.get(), reinterpret_cast<sockaddr*>(&loopback), length), 0);
  ASSERT_EQ(::listen(tcp.get(), 1), 0);
  ASSERT_EQ(::getsockname(tcp.get(), reinterpret_cast<sockaddr*>(&loopback), &length), 0);
  const Words options = {"--env", "ABSTRACT_SOCKET=" + name, "--env",
                         "LOOPBACK_PORT=" + std::to_string(ntohs(loopback.sin_port))};
  expect_answers({{"connect_abstract", "ECONNREFUSED"},
                  {"connect_loopback", "ECONNREFUSED"},
                  {"socket_raw", "EPERM"},
                  {"socket_packet", "EPERM"},
                  {"socket_vsock", "EAFNOSUPPORT"},
                  {"socket_alg", "EAFNOSUPPORT"}},
                 options);
  expect_answers({{"connect_loopback", "done"}, {"socket_raw", "EPERM"}},
                 {options[0], options[1], options[2], options[3], "--network", "host"});
}

TEST_F(Attack, ProcessesOfTheHostAreOutOfReach) {
  expect_answers({{"signal_host_process", "ESRCH"}, {"trace_host_process", "ESRCH"}, {"trace_init", "EPERM"}});
  const std::string own = "/proc/" + std::to_string(::getpid());
  EXPECT_NE(shell("ls -d " + own).code, 0);
  EXPECT_EQ(shell("ls -d /proc/1 /proc/1/root /proc/1/exe 2>/dev/null; ls /proc | grep -c '^[0-9]'").out, "3\n");
}

TEST_F(Attack, SignalsToAllEndNothingOutside) {
  const pid_t bystander = start({"exec", "--", "sleep", "60"}, ".bystander");
  const ScopeExit end_bystander([&] {
    ::kill(bystander, SIGTERM);
    finish(bystander, ".bystander");
  });
  expect_answers({{"signal_init", "EPERM"}});
  const Finished killed = shell("sleep 60 & ./attack kill_all; echo after",
                                {"--env", "HOST_PID_NAMESPACE=" + fs::read_symlink("/proc/self/ns/pid").string()});
  EXPECT_THAT(killed.out, Not(HasSubstr("after"))) << "the shell is the job's root process";
  EXPECT_EQ(killed.code, 128 + SIGKILL) << killed.out << killed.err;
  const Finished stopped = shell("sleep 60 & ./attack stop_all; echo after",
                                 {"--wall-time", "1s", "--grace", "100ms", "--env",
                                  "HOST_PID_NAMESPACE=" + fs::read_symlink("/proc/self/ns/pid").string()});
  EXPECT_EQ(stopped.code, 124) << stopped.out << stopped.err;
  EXPECT_TRUE(is_running(bystander));
}

TEST_F(Attack, FilesOfTheHostAreNotWritten) {
  write("mine", "before");
  const std::string passwd = content_of("/etc/passwd");
  shell("echo x >> /etc/passwd; echo x > mine; rm -rf /usr/bin/env /etc/passwd ./* 2>/dev/null; touch /usr/bin/new");
  EXPECT_EQ(content_of("/etc/passwd"), passwd);
  EXPECT_EQ(content_of(work() / "mine"), "before");
  EXPECT_TRUE(fs::exists("/usr/bin/env"));
  EXPECT_FALSE(fs::exists("/usr/bin/new"));
}

TEST_F(Attack, PrivateFilesOfTheHostAreNotRead) {
  const fs::path secret = "/var/tmp/hermetric-secret-" + std::to_string(::getpid());
  const ScopeExit remove([&] { fs::remove(secret); });
  std::ofstream(secret) << "secret";
  fs::permissions(secret, fs::perms::owner_read);
  const Finished read = shell("cat /etc/shadow " + secret.string() + " /proc/kcore | head -c 1");
  EXPECT_EQ(read.out, "");
}

TEST_F(Attack, HardLinksToLowerFilesAreCopies) {
  write("file", "before");
  EXPECT_EQ(shell("ln file link && echo after > link && cat link").out, "after\n");
  EXPECT_EQ(content_of(work() / "file"), "before");
  EXPECT_EQ(fs::hard_link_count(work() / "file"), 1U);
}

TEST_F(Attack, SetuidFilesGiveNothing) {
  fs::permissions(work() / "attack", fs::perms::set_uid, fs::perm_options::add);
  EXPECT_EQ(shell("./attack ids", {"--user", "1000"}).out, "1000 1000\n");
  EXPECT_EQ(shell("grep NoNewPrivs /proc/self/status").out, "NoNewPrivs:\t1\n");
}

TEST_F(Attack, CapabilitiesAreFewForRootAndNoneForOthers) {
  constexpr const char* kSets = "sed -n 's/^Cap.*\\t//p' /proc/self/status | tr '\\n' ' '";  // Inh Prm Eff Bnd Amb
  EXPECT_EQ(shell(kSets).out, "0000000000000000 00000000a80c25fb 00000000a80c25fb 00000000a80c25fb 0000000000000000 ");
  EXPECT_EQ(shell(kSets, {"--user", "1000"}).out,
            "0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 ");
}

TEST_F(Attack, DeviceNodesCannotBeMade) {
  expect_answers({{"mknod_block", "EPERM"}, {"mknod_mem", "EPERM"}});
  EXPECT_EQ(shell("find /dev -type b").out, "");
}

TEST_F(Attack, SettingsOfTheKernelAreNotWritable) {
  EXPECT_EQ(attack({"writable", "/sys"}).out, "");
  for (const char* entry : {"bus", "fs", "irq", "acpi", "scsi", "driver", "sysvipc", "tty", "sysrq-trigger", "mtrr"})
    EXPECT_EQ(attack({"writable", std::string("/proc/") + entry}).out, "") << entry;
  const std::string opens = attack({"writable", "/proc/sys"}).out;
  EXPECT_TRUE(opens.empty() || opens == "/proc/sys/kernel/ns_last_pid\n") << opens;  // opens for all, and then:
  EXPECT_NE(shell("echo 1000 > /proc/sys/kernel/ns_last_pid").code, 0);
  EXPECT_NE(shell("echo '|/bin/sh' > /proc/sys/kernel/core_pattern").code, 0);
  EXPECT_NE(shell("echo b > /proc/sysrq-trigger").code, 0);
}

TEST_F(Attack, PartsOfProcAndSysAreMasked) {
  for (const char* directory :
       {"/sys/firmware", "/proc/acpi", "/proc/scsi", "/proc/asound", "/sys/devices/virtual/powercap"})
    EXPECT_EQ(shell(std::string("ls -A ") + directory + " 2>/dev/null").out, "") << directory;
  for (const char* file :
       {"/proc/interrupts", "/proc/kcore", "/proc/timer_list", "/proc/keys", "/proc/kmsg", "/proc/sched_debug"})
    EXPECT_EQ(shell(std::string("head -c 1 ") + file + " 2>/dev/null").out, "") << file;
  EXPECT_NE(content_of("/proc/interrupts"), "") << "there is something to hide";
}

TEST_F(Attack, GroupsCannotBeLeft) {
  expect_answers({{"mount_cgroup", "EPERM"}, {"mount_cgroup2", "EPERM"}});
  EXPECT_EQ(shell("grep -c cgroup /proc/self/mountinfo").out, "0\n");
  EXPECT_EQ(shell("ls -A /sys/fs/cgroup 2>/dev/null").out, "");
  EXPECT_EQ(shell("cut -d: -f3 /proc/self/cgroup | sort -u").out, "/\n");
}

TEST_F(Attack, DescriptorsAreNotInherited) {
  write("secret", "secret");
  const Fd leak(::open((work() / "secret").c_str(), O_RDWR));  // not close-on-exec
  ASSERT_GE(leak.get(), 3);
  EXPECT_EQ(attack({"descriptors"}).out, "0 1 2 \n");
}

TEST_F(Attack, TheExecutableOfHermetricIsOutOfReach) {
  const fs::path copy = path("hermetric");
  fs::copy_file(HERMETRIC_EXECUTABLE, copy);
  const std::string before = content_of(copy);
  const Finished done = outer_shell(copy.string() +
                                    " exec -- sh -c \"for p in /proc/[0-9]*; do echo x > \\$p/exe; done; "
                                    "echo x > /proc/self/exe; echo x > /proc/1/exe; exit 3\"");
  EXPECT_EQ(done.code, 3) << done.err;
  EXPECT_TRUE(content_of(copy) == before);
}

TEST_F(Attack, ACommandThatEntersIsBoundAsTheJobIs) {
  const std::string sets = "grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc/self/status; ./attack keyctl mount_tmpfs clone3";
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--nested", "--user", "1000"}}) {
    std::vector<std::string> words = {"exec"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--", "sleep", "60"});
    const pid_t runner = start(words, ".job");
    const ScopeExit end_job([&] {
      ::kill(runner, SIGTERM);
      finish(runner, ".job");
    });
    std::string cell;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (cell.empty() && std::chrono::steady_clock::now() < deadline) {
      for (const json& row : json::parse(hermetric({"ps", "--json"}).out, nullptr, false))
        if (row["runner_pid"] == runner) cell = row["cell"];
    }
    const Finished entered = hermetric({"enter", cell, "--", "sh", "-c", sets});
    EXPECT_EQ(entered.out, shell(sets, options).out) << entered.err;
    EXPECT_THAT(entered.out, HasSubstr("keyctl: ENOSYS"));
  }
}

TEST_F(Attack, BuildToolsAndDebuggersWorkInside) {
  for (const char* tool : {"gcc", "git", "ninja", "cmake", "python3"})
    HERMETRIC_NEED("tools", fs::exists(std::string("/usr/bin/") + tool), std::string("there is no ") + tool);
  write("a.c", "int main(void) { return 0; }\n");
  write("leak.c", "#include <stdlib.h>\nint main(void) { *(volatile char *)malloc(7) = 1; return 0; }\n");
  const Finished build = shell(
      "gcc -g a.c -o a && ./a && git init -q . && git -c user.name=a -c user.email=a@b "
      "commit -q --allow-empty -m x && git log --format=%s && ninja --version >/dev/null && "
      "cmake --version >/dev/null && python3 -c 'import subprocess, threading; "
      "t = threading.Thread(target=lambda: subprocess.run([\"true\"])); t.start(); t.join()'");
  EXPECT_EQ(build.code, 0) << build.err;
  EXPECT_EQ(build.out, "x\n") << build.err;
  EXPECT_EQ(shell("gcc -fsanitize=address leak.c -o leak 2>&1 && ./leak").code, 1) << "LeakSanitizer found the leak";
  EXPECT_THAT(shell("gcc -fsanitize=address leak.c -o leak && ./leak").err, HasSubstr("7 byte(s) leaked"));
  if (fs::exists("/usr/bin/gdb")) {
    EXPECT_THAT(shell("gcc -g a.c -o a && gdb -batch -ex run ./a 2>&1").out, HasSubstr("exited normally"));
  }
  if (fs::exists("/usr/bin/strace")) {
    EXPECT_THAT(shell("strace -f -e trace=execve sh -c 'true; /bin/true' 2>&1").out, HasSubstr("exited with 0"));
  }
}

TEST_F(Attack, NestedAllowsNamespacesAndMountsAndNoMore) {
  expect_answers({{"mount_tmpfs", "done"}, {"unshare_user", "done"}}, {"--nested"});
  expect_answers({{"unshare_mount", "done"}, {"clone_user", "done"}}, {"--nested"});
  expect_answers({{"keyctl", "ENOSYS"},
                  {"bpf", "EPERM"},
                  {"open_by_handle_at", "EPERM"},
                  {"remount_root", "EPERM"},
                  {"umount_proc", "EINVAL"},
                  {"mknod_block", "EPERM"}},
                 {"--nested"});
  EXPECT_EQ(shell("mount -t cgroup2 c /mnt && ! mkdir /mnt/x 2>/dev/null && ! echo max > /mnt/cgroup.procs && "
                  "! echo 0 > /mnt/cgroup.freeze && echo read-only",
                  {"--nested"})
                .out,
            "read-only\n");
  const Finished inner =
      shell("unshare -Urm sh -c 'mount -t tmpfs x /mnt && echo in > /mnt/file && cat /mnt/file'", {"--nested"});
  EXPECT_EQ(inner.out, "in\n") << inner.err;
  EXPECT_TRUE(fs::is_empty("/mnt") || !fs::exists("/mnt/file"));
}

}  // namespace
}  // namespace hermetric
