#include "runner/job/settings_digest.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "runner/job/digest.hpp"

namespace hermetric {
namespace {

JobSpec job() {
  JobSpec spec;
  spec.name = "test";
  spec.command = {"make"};
  spec.workspace = "/home/ci/project";
  spec.env = {{"MODE", "fast"}};
  return spec;
}

TEST(Digest, TellsPartsApart) {
  EXPECT_EQ(digest_of({"a", "b"}), digest_of({"a", "b"}));
  const std::set<std::string> digests = {digest_of({}),         digest_of({""}),       digest_of({"ab"}),
                                         digest_of({"a", "b"}), digest_of({"b", "a"}), digest_of({"a1:b"})};
  EXPECT_EQ(digests.size(), 6U);
}

TEST(SettingsDigest, IsEqualWhateverDoesNotDecideTheJob) {
  const auto digest = settings_digest(job(), {});
  ASSERT_TRUE(digest);
  JobSpec other = job();
  other.workspace = "/builds/2/project";
  other.env["SOURCE_DATE_EPOCH"] = "1764000000";
  other.sample = Duration(0);
  other.artifacts = {"**"};
  other.retries = 3;
  EXPECT_EQ(settings_digest(other, {{"HOME", "/root"}}), digest);
}

TEST(SettingsDigest, DiffersWithEachThingThatDoes) {
  const std::vector<std::function<void(JobSpec&)>> changes = {
      [](JobSpec&) {},
      [](JobSpec& spec) { spec.env["MODE"] = "slow"; },
      [](JobSpec& spec) { spec.env["MORE"] = ""; },
      [](JobSpec& spec) { spec.pass_env = {"TOKEN"}; },
      [](JobSpec& spec) { spec.hide = {"/opt"}; },
      [](JobSpec& spec) { spec.tmpfs = {{"/opt", {}}}; },
      [](JobSpec& spec) { spec.tmpfs = {{"/opt", Bytes{1}}}; },
      [](JobSpec& spec) { spec.cwd = "/opt"; },
      [](JobSpec& spec) { spec.scratch = "tmpfs"; },
      [](JobSpec& spec) { spec.exclusive_cores = 1; },
      [](JobSpec& spec) { spec.hostname = "other"; },
      [](JobSpec& spec) { spec.domainname = "other"; },
      [](JobSpec& spec) { spec.user.uid = 1000; },
      [](JobSpec& spec) { spec.user.gid = 1000; },
      [](JobSpec& spec) { spec.nested = true; },
  };
  std::set<std::string> digests;
  for (const auto& change : changes) {
    JobSpec spec = job();
    change(spec);
    digests.insert(settings_digest(spec, {{"TOKEN", "1"}}).value());
  }
  EXPECT_EQ(digests.size(), changes.size());
}

TEST(SettingsDigest, IsThereOnlyWhereEverythingTheJobSeesIsTold) {
  const std::vector<std::function<void(JobSpec&)>> changes = {
      [](JobSpec& spec) { spec.workspace.reset(); },         [](JobSpec& spec) { spec.overlay = {{"/data", "/data"}}; },
      [](JobSpec& spec) { spec.ro = {{"/data", "/data"}}; }, [](JobSpec& spec) { spec.rw = {{"/data", "/data"}}; },
      [](JobSpec& spec) { spec.stdin_from = "inherit"; },    [](JobSpec& spec) { spec.network = Network::kHost; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    JobSpec spec = job();
    changes[i](spec);
    EXPECT_EQ(settings_digest(spec, {}), std::nullopt) << i;
  }
}

}  // namespace
}  // namespace hermetric
