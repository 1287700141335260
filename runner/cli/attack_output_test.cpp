// Hostile jobs: what they leave to be collected and removed, what they write, what they hold on to.

#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <sstream>

#include "runner/cli/testing/attack_cli.hpp"

namespace hermetric {
namespace {

TEST_F(Attack, ArtifactPatternsStayInTheWorkspace) {
  for (const char* pattern : {"../../etc/passwd", "a/../../b", "/etc/passwd"}) {
    const Finished done =
        hermetric({"exec", "--artifact", pattern, "--artifacts-dir", path("taken"), "--", "touch", "ran"});
    EXPECT_EQ(done.code, 125) << pattern;
    EXPECT_THAT(done.err, HasSubstr(std::string("--artifact: \"") + pattern + "\"")) << pattern;
  }
  EXPECT_FALSE(fs::exists(path("taken")));
}

TEST_F(Attack, ArtifactsAreFilesAndLinksThatStayInside) {
  const Finished done = shell(
      "mkdir out && cd out && echo x > file && ln -s file inside && ln -s /etc/shadow absolute && "
      "ln -s ../../../../etc/passwd outside && mkfifo fifo && chmod 4755 file && "
      "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'",
      {"--artifact", "out/**", "--artifacts-dir", path("taken")});
  EXPECT_EQ(done.code, 0) << done.err;
  std::set<std::string> taken;
  for (const auto& entry : fs::directory_iterator(path("taken") / "out")) taken.insert(entry.path().filename());
  EXPECT_EQ(taken, (std::set<std::string>{"file", "inside"})) << done.err;
  EXPECT_EQ(fs::status(path("taken") / "out/file").permissions() & fs::perms::set_uid, fs::perms::none);
  for (const char* left : {"absolute", "outside", "fifo", "socket"}) EXPECT_THAT(done.err, HasSubstr(left));
}

TEST_F(Attack, DirectoriesAmongTheArtifactsAreNotFollowedAsLinks) {
  fs::create_directory(work() / "out");
  const Finished done = shell("rm -r out; ln -s /etc out; mkdir real; echo x > real/file",
                              {"--artifact", "out/**", "--artifact", "real/**", "--artifacts-dir", path("taken")});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_FALSE(fs::exists(path("taken") / "out/passwd"));
  EXPECT_EQ(content_of(path("taken") / "real/file"), "x\n");
}

TEST_F(Attack, NamesCannotSpeakToTheTerminal) {
  const Finished file =
      shell("mkfifo \"$(printf 'f\\n\\033[31m')\"", {"--artifact", "**", "--artifacts-dir", path("taken")});
  EXPECT_EQ(file.code, 0);
  EXPECT_THAT(file.err, HasSubstr("f\\x0a\\x1b[31m"));
  const Finished command = hermetric({"exec", "--", "/nope\033]0;title\a"});
  EXPECT_EQ(command.code, 127);
  EXPECT_THAT(command.err, HasSubstr("/nope\\x1b]0;title\\x07"));
  write("ci.yml", "jobs: { \"a\\e[31m\": { command: 'true' } }\n");
  const Finished job = hermetric({"run", "ci.yml", "--report-dir", "rep"});
  EXPECT_EQ(job.code, 125);
  for (const std::string& text : {file.err, command.err, job.out, job.err}) EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST_F(Attack, TheWorkspaceMayBeDeleted) {
  write("file", "x");
  const json job = exec_report({}, {"sh", "-c", "cd /; rm -rf \"$1\"; exit 5", "sh", work().string()}, 5);
  EXPECT_EQ(job["resources"]["workspace"]["files_deleted"], 2) << job["resources"]["workspace"];
  EXPECT_EQ(content_of(work() / "file"), "x");
}

TEST_F(Attack, DirectoriesThatNobodyMayEnterOrWalkAreRemoved) {
  constexpr const char* kDig =
      "import os, sys\nos.makedirs('shut/in')\nopen('shut/in/file', 'w')\nos.chmod('shut/in', 0)\nos.chmod('shut', 0)\n"
      "os.mkdir('deep')\nos.chdir('deep')\nfor i in range(int(sys.argv[1])):\n  os.mkdir('d')\n  os.chdir('d')\n"
      "open('file', 'w')\n";
  const auto cells = [] {
    std::set<fs::path> paths;
    for (const auto& cell : fs::directory_iterator("/var/lib/hermetric/cells")) paths.insert(cell.path());
    return paths;
  };
  const std::set<fs::path> before = cells();
  const json on_disk = exec_report({}, {"python3", "-c", kDig, "200"}, 0);
  EXPECT_TRUE(on_disk["warnings"].empty()) << on_disk["warnings"];
  EXPECT_EQ(on_disk["resources"]["workspace"]["files_created"], 2);
  const json on_tmpfs = exec_report({"--scratch", "tmpfs"}, {"python3", "-c", kDig, "10000"}, 0);
  EXPECT_TRUE(on_tmpfs["warnings"].empty()) << on_tmpfs["warnings"];
  EXPECT_TRUE(on_tmpfs["unavailable"].contains("resources.workspace.files_created")) << "unknown is not zero";
  for (const fs::path& cell : cells()) EXPECT_TRUE(before.contains(cell)) << cell << " was left behind";
}

TEST_F(Attack, AnOrphanWithTheOutputDoesNotHoldUpTheEnd) {
  const auto began = std::chrono::steady_clock::now();
  const Finished done = shell("(setsid sleep 100 &) ; echo done", {"--output-limit", "1M"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.out, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(50));
}

TEST_F(Attack, ClosedStandardStreamsGiveAwayNothing) {
  for (const char* closed : {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"}) {
    const fs::path taken = path("taken");
    fs::remove_all(taken);
    const std::string job =
        "python3 -c \"import os; open(\\\"links\\\", \\\"w\\\").writelines("
        "os.readlink(f\\\"/proc/self/fd/{fd}\\\") + chr(10) for fd in range(3)); os._exit(4)\"";
    const Finished done = outer_shell("$H exec --stdin inherit --artifact links --artifacts-dir " + taken.string() +
                                      " -- " + job + " </dev/null " + closed);
    EXPECT_EQ(done.code, 4) << closed << done.err;
    std::istringstream links(content_of(taken / "links"));
    int count = 0;
    for (std::string link; std::getline(links, link); ++count)
      EXPECT_TRUE(link == "/dev/null" || link == path("outer.out") || link == path("outer.err")) << closed << link;
    EXPECT_EQ(count, 3) << closed;
  }
}

TEST_F(Attack, AJobThatNeverReadsEnds) {
  const Finished done = outer_shell("yes | $H exec --stdin inherit -- sh -c \"exit 6\"");
  EXPECT_EQ(done.code, 6) << done.err;
}

}  // namespace
}  // namespace hermetric
