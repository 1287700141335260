#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "isolation/sys/result.hpp"
#include "runner/job/job_spec.hpp"

namespace hermetric {

// The texts that are more than one quantity: mounts, devices, ids, names. As in units.hpp, one function per kind, for
// the command line and job files alike. A relative path is taken from `directory`; results are absolute and normal.

inline constexpr std::string_view kCpusetPattern = "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$";
inline constexpr std::string_view kUserPattern = "^[0-9]+(:[0-9]+)?$";
inline constexpr std::string_view kHostNamePattern = "^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$";
inline constexpr std::string_view kJobNamePattern = "^[^\\x00-\\x1f\\x7f]+$";
inline constexpr std::size_t kMaxJobName = 200;
inline constexpr std::string_view kVariablePattern = "^[^=]+$";
inline constexpr std::string_view kPathPairPattern = "^[^:]+(:[^:]+)?$";
inline constexpr std::string_view kTmpfsPattern = "^[^:]+(:0*[1-9][0-9]*[KMGT]?)?$";
inline constexpr std::string_view kIoMaxPattern =
    "^(.*[^:]):(([rw]bps=[0-9]+[KMGT]?|[rw]iops=[0-9]+)(,([rw]bps=[0-9]+[KMGT]?|[rw]iops=[0-9]+))*)$";

Result<std::string> parse_path(std::string_view text, std::string_view directory);

/// "SRC[:DST]"; DST is SRC when left out.
Result<PathPair> parse_path_pair(std::string_view text, std::string_view directory);

/// "PATH[:SIZE]".
Result<TmpfsSpec> parse_tmpfs(std::string_view text, std::string_view directory);

/// "host", "image:NAME" or a directory.
Result<std::string> parse_root(std::string_view text, std::string_view directory);

/// "tmpfs" or a directory.
Result<std::string> parse_scratch(std::string_view text, std::string_view directory);

/// "null", "inherit" or a file.
Result<std::string> parse_stdin(std::string_view text, std::string_view directory);

/// List format of cpuset(7) without strides: "0-3,7". Whether the host has these CPUs is not checked here.
Result<std::string> parse_cpuset(std::string_view text);

/// "DEV:rbps=..,wbps=..,riops=..,wiops=.." with at least one of the four; DEV is "/dev/sda" or "8:0".
Result<IoMax> parse_io_max(std::string_view text);

/// "UID[:GID]"; GID is UID when left out.
Result<IdPair> parse_user(std::string_view text);

/// What sethostname(2) and setdomainname(2) take and people expect: letters, digits, dots, hyphens; at most 64.
Result<std::string> parse_host_name(std::string_view text);

/// A pattern as isolation/sys/glob.hpp reads it, of paths in the workspace.
Result<std::string> parse_artifact_pattern(std::string_view text);

/// The name of an environment variable: not empty, no "=".
Result<std::string> parse_variable(std::string_view text);

/// Any printable text of 1 to 200 characters: it stands in terminals and reports, so no control characters.
Result<std::string> parse_job_name(std::string_view text);

/// "K=V"; V may be empty and hold more "=".
Result<std::pair<std::string, std::string>> parse_assignment(std::string_view text);

}  // namespace hermetric
