#include "runner/job/job_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace hermetric {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

const JobFileContext kContext = {.directory = "/here", .variables = {}};

Result<Pipeline> parse(const std::string& text, const JobFileContext& context = kContext) {
  return parse_job_file(text, "f", context);
}

std::string error_of(const std::string& text) {
  const auto pipeline = parse(text);
  return pipeline ? "no error" : pipeline.error().message();
}

/// The job of a file with this one; `body` is a flow mapping's inside.
JobSpec job_with(const std::string& body) {
  const auto pipeline = parse("jobs: {a: {command: x, " + body + "}}");
  EXPECT_TRUE(pipeline) << pipeline.error().message();
  return pipeline ? pipeline->jobs.front() : JobSpec{};
}

TEST(JobFile, DefaultsOfARun) {
  const JobSpec job = job_with("");
  EXPECT_EQ(job.name, "a");
  EXPECT_EQ(job.base_name, "a");
  EXPECT_THAT(job.command, ElementsAre("sh", "-e", "-c", "x"));
  EXPECT_EQ(job.root, "host");
  EXPECT_EQ(job.workspace, "/here");
  EXPECT_FALSE(job.limits.pids) << "what nobody asks for is decided where the host is known";
  EXPECT_EQ(job.limits.output, mebibytes(64));
  EXPECT_EQ(job.limits.grace, std::chrono::seconds(2));
  EXPECT_FALSE(job.limits.memory || job.limits.swap || job.limits.cpus || job.limits.wall_time || job.cwd);
}

TEST(JobFile, EveryKeyReachesItsMember) {
  const auto pipeline = parse(R"(
jobs:
  dep: {command: "true"}
  all:
    command: [echo, 7, true, ""]
    root: rootfs
    workspace: ws
    overlay: [o:/o]
    ro: [/r]
    rw: [w:/w]
    hide: [h]
    tmpfs: ["/t:1M"]
    cwd: c
    scratch: tmpfs
    memory: 1G
    swap: 1024
    oom: fail
    cpus: 1.5
    cpuset: 0-3
    exclusive_cores: 2
    cpu_weight: 10000
    pids: 10
    io_weight: 1
    io_max: ["8:0:rbps=1M"]
    disk: 1G
    open_files: 100
    file_size: 5K
    wall_time: 10m
    cpu_time: 5s
    grace: 0
    output_limit: 1M
    network: private
    env: {A: 1, B: x, C: true, D: 07}
    pass_env: [HTTP_PROXY]
    hostname: h
    domainname: d
    user: 1000:100
    nested: true
    stdin: in
    artifacts: ["build/**"]
    sample: 0
    needs: [dep]
    inputs: [dep]
    retries: 3
    when: always
    if_failed: continue
)");
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const JobSpec& job = pipeline->jobs.at(1);
  EXPECT_THAT(job.command, ElementsAre("echo", "7", "true", ""));
  EXPECT_EQ(job.root, "/here/rootfs");
  EXPECT_EQ(job.workspace, "/here/ws");
  EXPECT_EQ(job.overlay.at(0).source + job.overlay.at(0).destination, "/here/o/o");
  EXPECT_EQ(job.ro.at(0).source + job.ro.at(0).destination, "/r/r");
  EXPECT_EQ(job.rw.at(0).source + job.rw.at(0).destination, "/here/w/w");
  EXPECT_THAT(job.hide, ElementsAre("/here/h"));
  EXPECT_EQ(job.tmpfs.at(0).size, mebibytes(1));
  EXPECT_EQ(job.cwd, "/here/c");
  EXPECT_EQ(job.scratch, "tmpfs");
  EXPECT_EQ(job.limits.memory, mebibytes(1024));
  EXPECT_EQ(job.limits.swap, kibibytes(1));
  EXPECT_EQ(job.limits.oom, OomPolicy::kFail);
  EXPECT_EQ(job.limits.cpus, 1.5);
  EXPECT_EQ(job.limits.cpuset, "0-3");
  EXPECT_EQ(job.exclusive_cores, 2U);
  EXPECT_EQ(job.limits.cpu_weight, 10000U);
  EXPECT_EQ(job.limits.pids, 10U);
  EXPECT_EQ(job.limits.io_weight, 1U);
  EXPECT_EQ(job.limits.io_max.at(0).device, "8:0");
  EXPECT_EQ(job.limits.disk, mebibytes(1024));
  EXPECT_EQ(job.limits.open_files, 100U);
  EXPECT_EQ(job.limits.file_size, kibibytes(5));
  EXPECT_EQ(job.limits.wall_time, std::chrono::minutes(10));
  EXPECT_EQ(job.limits.cpu_time, std::chrono::seconds(5));
  EXPECT_EQ(job.limits.grace, Duration::zero());
  EXPECT_EQ(job.limits.output, mebibytes(1));
  EXPECT_EQ(job.network, Network::kPrivate);
  EXPECT_THAT(job.env, UnorderedElementsAre(Pair("A", "1"), Pair("B", "x"), Pair("C", "true"), Pair("D", "07")));
  EXPECT_THAT(job.pass_env, ElementsAre("HTTP_PROXY"));
  EXPECT_EQ(job.hostname + job.domainname, "hd");
  EXPECT_EQ(job.user.gid, 100U);
  EXPECT_TRUE(job.nested);
  EXPECT_EQ(job.stdin_from, "/here/in");
  EXPECT_THAT(job.artifacts, ElementsAre("build/**"));
  EXPECT_EQ(job.sample, Duration::zero());
  EXPECT_THAT(job.needs, ElementsAre("dep"));
  EXPECT_THAT(job.inputs, ElementsAre("dep"));
  EXPECT_EQ(job.retries, 3U);
  EXPECT_EQ(job.when, When::kAlways);
  EXPECT_EQ(job.if_failed, IfFailed::kContinue);
}

TEST(JobFile, SwapIsZeroOnceMemoryIsCapped) {
  EXPECT_EQ(job_with("memory: 1G").limits.swap, Bytes{0});
  EXPECT_EQ(job_with("memory: 1G, swap: 1M").limits.swap, mebibytes(1));
  EXPECT_EQ(job_with("swap: 1M").limits.swap, mebibytes(1));
}

TEST(JobFile, WorkspaceNullIsNone) { EXPECT_EQ(job_with("workspace: null").workspace, std::nullopt); }

TEST(JobFile, DefaultsMergePerKey) {
  const auto pipeline = parse(R"(
jobs:
  a: {command: x, env: {B: mine}, hide: [/b], workspace: /w, memory: 2G}
  b: {command: x}
defaults: {memory: 1G, swap: 1M, env: {A: a, B: b}, hide: [/a], workspace: ~, nested: true}
)");
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const JobSpec& a = pipeline->jobs.at(0);
  EXPECT_EQ(a.limits.memory, mebibytes(2048));
  EXPECT_EQ(a.limits.swap, mebibytes(1));
  EXPECT_THAT(a.env, UnorderedElementsAre(Pair("A", "a"), Pair("B", "mine")));
  EXPECT_THAT(a.hide, ElementsAre("/b"));
  EXPECT_EQ(a.workspace, "/w");
  EXPECT_TRUE(a.nested);
  EXPECT_EQ(pipeline->jobs.at(1).workspace, std::nullopt);
}

TEST(JobFile, AnchorsAndMerges) {
  const auto pipeline = parse("jobs:\n  a: &a {command: x, cpus: 2}\n  b: {<<: *a, command: y}\n");
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_EQ(pipeline->jobs.at(1).limits.cpus, 2);
  EXPECT_EQ(pipeline->jobs.at(1).command.back(), "y");
}

TEST(JobFile, VariablesMayBeNumbersOrText) {
  const std::string text =
      R"({"jobs": {"a": {"command": "echo $HOME ${V} ${OTHER}", "cpus": "${V}", "hostname": "${V}"}}})";
  const auto pipeline = parse(text, {.directory = "/here", .variables = {{"V", "4"}}});
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_EQ(pipeline->jobs.at(0).command.back(), "echo $HOME 4 ${OTHER}");
  EXPECT_EQ(pipeline->jobs.at(0).limits.cpus, 4);
  EXPECT_EQ(pipeline->jobs.at(0).hostname, "4");
  const auto unused = parse(text, {.directory = "/here", .variables = {{"V", "4"}, {"W", ""}}});
  EXPECT_EQ(unused.error().message(), "--var W: f does not use ${W}");
}

TEST(JobFile, ErrorsSayWhereWhatAndWhatWouldBeRight) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "f: the file is empty"},
      {"[1]", "f:1:1: expected a mapping, got a list"},
      {"job: {}", "f:1:1: unknown key \"job\" (did you mean \"jobs\"?)"},
      {"defaults: {}", "f:1:1: has no `jobs`"},
      {"jobs:", "f:1:1: jobs: expected a mapping, got nothing"},
      {"jobs: {}", "f:1:7: jobs: there is no job"},
      {"jobs:\n  test: {comand: x}", "f:2:10: job \"test\": unknown key \"comand\" (did you mean \"command\"?)"},
      {"jobs: {a: {}}", "f:1:8: job \"a\": has no command (add `command:`, text for sh or a list of arguments)"},
      {"jobs: {a: x}", "f:1:11: job \"a\": expected a mapping, got the text \"x\""},
      {"jobs: {a: {command: x}, a: {command: y}}", "f:1:25: jobs: duplicate key \"a\", first in line 1"},
      {"jobs:\n  a:\n    command: x\n    cpus: 1\n    cpus: 2\n",
       "f:5:5: job \"a\": duplicate key \"cpus\", first in line 4"},
      {"jobs: {a: {command: ''}}", "f:1:21: job \"a\": command: cannot be empty"},
      {"jobs: {a: {command: x, artifacts: [a, ../b]}}", "f:1:39: job \"a\": artifacts: \"../b\" leaves the workspace"},
      {"jobs: {a: {command: []}}",
       "f:1:21: job \"a\": command: expected a command line or a list of arguments, got an empty list"},
      {"jobs: {a: {command: [x, [y]]}}", "f:1:25: job \"a\": command: expected text or a number, got a list"},
      {"jobs: {a: {command: x, memory: 12x}}",
       "f:1:32: job \"a\": memory: \"12x\" is not a size (write a whole number of bytes, or one with K, M, G or T, "
       "like 512M)"},
      {"jobs: {a: {command: x, hostname: 5}}",
       "f:1:34: job \"a\": hostname: expected text, got the number 5 (quote it to make it text)"},
      {"jobs: {a: {command: x, nested: yes}}",
       "f:1:32: job \"a\": nested: expected true or false, got the text \"yes\""},
      {"jobs: {a: {command: x, cpus: '1'}}", "f:1:30: job \"a\": cpus: expected a number, got the text \"1\""},
      {"jobs:\n  a:\n    command: x\n    needs: |\n      one\n      two\n",
       "f:4:12: job \"a\": needs: expected a list of texts, got the text \"one...\""},
      {"jobs: {a: {command: x, hide: /x}}", "f:1:30: job \"a\": hide: expected a list of texts, got the text \"/x\""},
      {"jobs: {a: {command: x, env: {A: }}}", "job \"a\": env: A: expected text or a number, got nothing"},
      {"jobs: {a: {command: x, env: {A: 1, A: 2}}}", "f:1:36: job \"a\": env: duplicate key \"A\", first in line 1"},
      {"jobs: {a: {command: x, env: {A=B: 1}}}", "f:1:30: job \"a\": env: \"A=B\" is not a variable's name"},
      {"jobs: {a: {command: x, when: failed}}", "f:1:8: job \"a\": `when: failed` without `needs` never runs"},
      {"defaults: {command: x}\njobs: {a: {}}", "f:1:12: defaults: \"command\" belongs to a job"},
      {"defaults: {cpu: 1}\njobs: {a: {}}", "f:1:12: defaults: unknown key \"cpu\" (did you mean \"cpus\"?)"},
      {"jobs: {\"a\\tb\": {command: x}}", "f:1:8: jobs: a job's name cannot hold control characters"},
      {"jobs: {a: {command: x", "f:1:"},
  };
  for (const auto& [text, message] : cases) EXPECT_THAT(error_of(text), HasSubstr(message)) << text;
}

TEST(JobFile, MatrixExpandsInOrder) {
  const auto pipeline = parse(R"(
jobs:
  test: {command: x, matrix: {SEED: [1, 2], OS: [a, b]}, env: {OS: other}}
  after: {command: x, needs: [test], inputs: [test]}
  one: {command: x, needs: ['test (SEED=2, OS=a)']}
)");
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  std::vector<std::string> names;
  for (const JobSpec& job : pipeline->jobs) names.push_back(job.name);
  EXPECT_THAT(names, ElementsAre("test (SEED=1, OS=a)", "test (SEED=1, OS=b)", "test (SEED=2, OS=a)",
                                 "test (SEED=2, OS=b)", "after", "one"));
  EXPECT_THAT(pipeline->jobs.at(1).env, UnorderedElementsAre(Pair("SEED", "1"), Pair("OS", "b")));
  EXPECT_EQ(pipeline->jobs.at(1).base_name, "test");
  EXPECT_THAT(pipeline->jobs.at(4).needs, ElementsAre(names[0], names[1], names[2], names[3]));
  EXPECT_EQ(pipeline->jobs.at(4).inputs, pipeline->jobs.at(4).needs);
  EXPECT_THAT(pipeline->jobs.at(5).needs, ElementsAre(names[2]));
}

TEST(JobFile, MatrixErrors) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"matrix: {}", "matrix: expected a mapping of names to lists of values, got an empty mapping"},
      {"matrix: {A: []}", "matrix: A: expected a list of values, got an empty list"},
      {"matrix: {A: [1, 1]}", "matrix: A: \"1\" is given twice"},
      {"matrix: {A: [\"\\n\"]}", "a job's name cannot hold control characters"},
      {"matrix: {A=: [1]}", "is not a variable's name"},
  };
  for (const auto& [body, message] : cases)
    EXPECT_THAT(error_of("jobs: {a: {command: x, " + body + "}}"), HasSubstr(message)) << body;
  EXPECT_THAT(error_of("jobs: {a: {command: x, matrix: {S: [1]}}, 'a (S=1)': {command: x}}"),
              HasSubstr("f:1:43: job \"a (S=1)\": there is already a job \"a (S=1)\""));
  std::string axis = "[0";
  for (int i = 1; i < 100; ++i) axis += "," + std::to_string(i);
  axis += "]";
  EXPECT_THAT(error_of("jobs: {a: {command: x, matrix: {A: " + axis + ", B: " + axis + ", C: " + axis + "}}}"),
              HasSubstr("its matrix makes more than 100000 jobs"));
}

TEST(JobFile, ReferencesMustMakeSense) {
  const auto file = [](const std::string& b, const std::string& c = "") {
    return "jobs:\n  build: {command: x}\n  b: {command: x, " + b + "}\n  c: {command: x, " + c + "}\n";
  };
  EXPECT_EQ(error_of(file("needs: [biuld]")), "f:3:27: job \"b\": there is no job \"biuld\" (did you mean \"build\"?)");
  EXPECT_EQ(error_of(file("needs: [b]")), "f:3:27: job \"b\": needs itself");
  EXPECT_EQ(error_of(file("inputs: [build]")),
            "f:3:28: job \"b\": takes input from \"build\", which it does not need (add \"build\" to its needs)");
  EXPECT_EQ(error_of(file("needs: [build]", "needs: [b], inputs: [build]")), "no error");
  EXPECT_EQ(error_of(file("needs: [build]", "needs: [b], inputs: [bild]")),
            "f:4:40: job \"c\": there is no job \"bild\" (did you mean \"build\"?)");
  EXPECT_EQ(error_of(file("needs: [c]", "needs: [build, b]")),
            "f:3:3: job \"b\": the needs go round in a circle: b -> c -> b");
  EXPECT_EQ(error_of(file("needs: [c]", "needs: [d]") + "  d: {command: x, needs: [c]}\n"),
            "f:4:3: job \"c\": the needs go round in a circle: c -> d -> c");
  EXPECT_EQ(error_of(file("matrix: {S: [1, 2]}, needs: ['b (S=2)']")), "f:3:48: job \"b\": needs itself");
}

TEST(JobFile, LongChainsAndWideFansAreNoProblem) {
  std::string text = "jobs:\n  j0: {command: x}\n";
  for (int i = 1; i < 5000; ++i)
    text += "  j" + std::to_string(i) + ": {command: x, needs: [j" + std::to_string(i - 1) + "]}\n";
  text += "  last: {command: x, needs: [j4999], inputs: [j0]}\n";
  const auto pipeline = parse(text);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_EQ(pipeline->jobs.size(), 5001U);
}

TEST(JobFile, LoadsFromDisk) {
  const std::string path = testing::TempDir() + "job_file_test." + std::to_string(getpid()) + ".json";
  std::ofstream(path) << R"({"jobs": {"a": {"command": ["true"]}}})";
  const auto pipeline = load_job_file(path, kContext);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_THAT(pipeline->jobs.at(0).command, ElementsAre("true"));
  EXPECT_THAT(pipeline->jobs.at(0).needs, IsEmpty());
  std::filesystem::remove(path);
  EXPECT_THAT(load_job_file(path, kContext).error().message(), HasSubstr("job file: "));
}

}  // namespace
}  // namespace hermetric
