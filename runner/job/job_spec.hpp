#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolation/types/limits.hpp"

namespace hermetric {

enum class Network { kNone, kPrivate, kNat, kHost };
enum class When { kPassed, kAlways, kFailed };
enum class IfFailed { kStop, kContinue };

// What people write for them, in the order of the enumerators.
inline constexpr std::array<std::string_view, 4> kNetworkNames = {"none", "private", "nat", "host"};
inline constexpr std::array<std::string_view, 3> kWhenNames = {"passed", "always", "failed"};
inline constexpr std::array<std::string_view, 2> kIfFailedNames = {"stop", "continue"};
inline constexpr std::array<std::string_view, 2> kOomPolicyNames = {"report", "fail"};

constexpr std::string_view name_of(Network network) { return kNetworkNames[static_cast<std::size_t>(network)]; }

/// "SRC[:DST]" of --overlay, --ro and --rw. Absolute paths; DST defaults to SRC.
struct PathPair {
  std::string source;
  std::string destination;
};

struct TmpfsSpec {
  std::string path;
  std::optional<Bytes> size;
};

struct IdPair {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// What the user asked for, for one job: a job of a job file after defaults and matrix, or the options of `exec`.
/// Paths are absolute. Nothing here depends on the host; resolve() adds that.
struct JobSpec {
  std::string name;
  std::string base_name;             ///< as the job file has it: "test" of "test (SEED=1)"
  std::vector<std::string> command;  ///< argv; shell text is already {"sh", "-e", "-c", TEXT}

  std::string root = "host";             ///< "host", a directory or "image:NAME"
  std::optional<std::string> workspace;  ///< nothing: none
  std::vector<PathPair> overlay, ro, rw;
  std::vector<std::string> hide;
  std::vector<TmpfsSpec> tmpfs;
  std::optional<std::string> cwd;
  std::optional<std::string> scratch;  ///< a directory or "tmpfs"

  Limits limits;
  std::optional<std::uint64_t> exclusive_cores;

  Network network = Network::kNone;
  std::map<std::string, std::string> env;
  std::vector<std::string> pass_env;
  std::string hostname = "job";
  std::string domainname = "hermetric";
  IdPair user;
  bool nested = false;
  std::string stdin_from = "null";  ///< "null", "inherit" or a file
  std::vector<std::string> artifacts;
  Duration sample = std::chrono::milliseconds(100);

  // The job's place in its pipeline.
  std::vector<std::string> needs;   ///< names of jobs, matrix names expanded
  std::vector<std::string> inputs;  ///< names of jobs whose artifacts this one sees
  unsigned retries = 0;
  When when = When::kPassed;
  IfFailed if_failed = IfFailed::kStop;
};

/// The jobs of one job file, in the file's order.
struct Pipeline {
  std::vector<JobSpec> jobs;
};

}  // namespace hermetric
