#include "runner/job/job_schema.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "reports/testing/json_schema.hpp"
#include "runner/job/job_file.hpp"
#include "runner/job/job_keys.hpp"

namespace hermetric {
namespace {

using Json = nlohmann::json;

class JobSchema : public ::testing::Test {
 protected:
  bool schema_accepts(const std::string& text) { return schema_.complaint(Json::parse(text)).empty(); }

  void expect_both(bool accept, const std::string& text) {
    const auto read = parse_job_file(text, "f", {.directory = "/", .variables = {}});
    EXPECT_EQ(read.has_value(), accept) << text << "\n" << (read ? "" : read.error().message());
    EXPECT_EQ(schema_accepts(text), accept) << text;
  }

 private:
  testing::JsonSchema schema_{job_schema()};
};

struct KeyValues {
  std::string key;
  std::vector<std::string> good, bad;
};

const std::vector<std::string> kNoSizes = {"true", "1.5", "-1", "null", "[]", R"("1.5G")", R"("1k")", R"("")"};
const std::vector<std::string> kNoTexts = {"1", "true", "null", "[]", "{}", R"("")"};
const std::vector<std::string> kNoLists = {R"("/a")", "1", "null", "{}", "[1]", "[null]", R"([""])", "[[]]"};
const std::vector<std::string> kNoWeights = {"0", "10001", "1.5", R"("5")", "null", "true", "[]"};
const std::vector<std::string> kNoCounts = {"0", "-1", "1.5", R"("5")", "null", "true"};
const std::vector<std::string> kNoDurations = {"1", "true", "null", R"("1")", R"("1.5s")", R"("1d")", R"("")", "[]"};

std::vector<std::string> with(std::vector<std::string> values, const std::vector<std::string>& more) {
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

std::vector<KeyValues> documents() {
  const std::vector<std::string> pairs = {"[]", R"(["/a", "b:/c"])"};
  const auto no_pairs = with(kNoLists, {R"(["a:b:c"])", R"(["a:"])"});
  return {
      {"command", {R"("x")", R"(["x", 1, true, ""])", "7", "true"}, {"null", R"("")", "[]", R"([""])", "{}", "[null]"}},
      {"root", {R"("host")", R"("image:a")"}, kNoTexts},
      {"workspace", {R"("w")", "null"}, {"1", "true", "[]", R"("")"}},
      {"overlay", pairs, no_pairs},
      {"ro", pairs, no_pairs},
      {"rw", pairs, no_pairs},
      {"hide", {"[]", R"(["/a"])"}, kNoLists},
      {"tmpfs", {"[]", R"(["/a", "/b:1M"])"}, with(kNoLists, {R"(["/a:0"])", R"(["/a:x"])", R"([":1M"])"})},
      {"cwd", {R"("d")"}, kNoTexts},
      {"scratch", {R"("tmpfs")"}, kNoTexts},
      {"memory", {"1", R"("512M")", R"("4096")"}, with(kNoSizes, {"0", R"("0K")"})},
      {"swap", {"0", R"("0")", R"("1G")"}, kNoSizes},
      {"oom", {R"("fail")", R"("report")"}, with(kNoTexts, {R"("kill")"})},
      {"cpus", {"1", "0.5", "64"}, {"0", "-1", R"("1")", "true", "null"}},
      {"cpuset", {"0", R"("0-3,7")"}, {R"("0-")", R"("a")", R"("")", "true", "1.5", "-1", "[0]"}},
      {"exclusive_cores", {"1"}, kNoCounts},
      {"cpu_weight", {"1", "10000"}, kNoWeights},
      {"pids", {"1", "100000"}, kNoCounts},
      {"io_weight", {"1", "10000"}, kNoWeights},
      {"io_max",
       {"[]", R"(["8:0:rbps=1M,riops=5", "/dev/sda:wiops=1"])"},
       with(kNoLists, {R"(["/dev/sda"])", R"(["/dev/sda:"])", R"(["a:riops=1M"])", R"(["a:rbps"])"})},
      {"disk", {"0", R"("1G")"}, kNoSizes},
      {"open_files", {"1"}, kNoCounts},
      {"file_size", {"0", R"("1G")"}, kNoSizes},
      {"wall_time", {R"("10m")", R"("1us")"}, with(kNoDurations, {"0", R"("0s")", R"("0")"})},
      {"cpu_time", {R"("1h")"}, with(kNoDurations, {"0", R"("0")"})},
      {"grace", {"0", R"("0")", R"("2s")"}, kNoDurations},
      {"output_limit", {"0", R"("64M")"}, kNoSizes},
      {"network", {R"("none")", R"("private")", R"("nat")", R"("host")"}, with(kNoTexts, {R"("bridge")"})},
      {"env",
       {"{}", R"({"A": 1, "B": "x", "C": true, "D": ""})"},
       {"[]", "null", R"({"A": null})", R"({"": 1})", R"({"A=": 1})"}},
      {"pass_env", {"[]", R"(["A"])"}, with(kNoLists, {R"(["A=B"])"})},
      {"hostname", {R"("a-1.b")"}, with(kNoTexts, {R"("a_b")", R"("-a")"})},
      {"domainname", {R"("d")"}, with(kNoTexts, {R"("d.")"})},
      {"user", {"0", "1000", R"("1000:100")"}, {"-1", "1.5", "true", R"("root")", R"("1:")", "null"}},
      {"nested", {"true", "false"}, {"0", R"("true")", "null"}},
      {"stdin", {R"("null")", R"("in")"}, kNoTexts},
      {"artifacts", {"[]", R"(["build/**"])"}, kNoLists},
      {"sample", {"0", R"("100ms")"}, kNoDurations},
      {"needs", {"[]", R"(["dep"])"}, {R"("dep")", "null", "[1]", R"([""])"}},
      {"inputs", {"[]"}, {R"("dep")", "null", "[1]", R"([""])"}},
      {"matrix",
       {R"({"A": [1, "x", true]})"},
       {"{}", "[]", "null", R"({"A": []})", R"({"A": 1})", R"({"A": [null]})", R"({"": [1]})"}},
      {"retries", {"0", "3"}, {"-1", "1001", "1.5", R"("1")", "null"}},
      {"when", {R"("passed")", R"("always")"}, with(kNoTexts, {R"("never")"})},
      {"if_failed", {R"("stop")", R"("continue")"}, with(kNoTexts, {R"("go")"})},
  };
}

TEST_F(JobSchema, AgreesWithTheReaderOnEveryKey) {
  std::set<std::string> covered;
  for (const KeyValues& row : documents()) {
    covered.insert(row.key);
    const std::string command = row.key == "command" ? "" : R"("command": "x", )";
    const auto in_job = [&](const std::string& value) {
      return R"({"jobs": {"dep": {"command": "x"}, "j": {)" + command + '"' + row.key + "\": " + value + "}}}";
    };
    for (const std::string& value : row.good) expect_both(true, in_job(value));
    for (const std::string& value : row.bad) expect_both(false, in_job(value));
  }
  for (const JobKey& key : job_keys())
    EXPECT_TRUE(covered.contains(std::string(key.name))) << "no documents for " << key.name;
}

TEST_F(JobSchema, AgreesOnWhatBelongsIntoDefaults) {
  for (const KeyValues& row : documents()) {
    const auto key = std::ranges::find(job_keys(), row.key, &JobKey::name);
    const std::string jobs = R"("jobs": {"dep": {"command": "x"}})";
    expect_both(key->in_defaults, R"({"defaults": {")" + row.key + "\": " + row.good.front() + "}, " + jobs + "}");
  }
}

TEST_F(JobSchema, AgreesOnTheFrame) {
  const std::vector<std::string> good = {
      R"({"jobs": {"a": {"command": "x"}}})",
      R"({"defaults": {}, "jobs": {"a (b) c": {"command": "x"}}})",
  };
  const std::vector<std::string> bad = {
      R"({})",
      R"([])",
      R"({"jobs": {}})",
      R"({"jobs": []})",
      R"({"jobs": {"a": {}}})",
      R"({"jobs": {"a": null}})",
      R"({"jobs": {"": {"command": "x"}}})",
      R"({"jobs": {"a\nb": {"command": "x"}}})",
      R"({"jobs": {"a": {"command": "x", "comand": "x"}}})",
      R"({"jobs": {"a": {"command": "x"}}, "job": {}})",
      R"({"defaults": null, "jobs": {"a": {"command": "x"}}})",
      R"({"jobs": {")" + std::string(201, 'x') + R"(": {"command": "x"}}})",
  };
  for (const std::string& document : good) expect_both(true, document);
  for (const std::string& document : bad) expect_both(false, document);
}

TEST_F(JobSchema, DescribesEveryKey) {
  const Json schema = Json::parse(job_schema());
  for (const JobKey& key : job_keys()) {
    const Json& definition = schema.at("definitions").at(std::string(key.name));
    EXPECT_FALSE(definition.at("description").get<std::string>().empty()) << key.name;
  }
}

}  // namespace
}  // namespace hermetric
