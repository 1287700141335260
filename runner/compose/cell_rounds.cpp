#include "runner/compose/cell_rounds.hpp"

#include <algorithm>
#include <fstream>

#include "isolation/host/noise.hpp"
#include "isolation/sys/clock.hpp"
#include "isolation/sys/files.hpp"
#include "runner/compose/host_command.hpp"
#include "runner/exec/executor.hpp"

namespace hermetric {
namespace {

/// What a file ends with, 16 KiB at most, without line ends behind it: it may be as large as its writer liked.
std::string end_of(const std::string& path) {
  constexpr std::streamoff kMost = 16 << 10;
  std::ifstream file(path, std::ios::ate | std::ios::binary);
  const std::streamoff size = file ? std::streamoff(file.tellg()) : 0;
  std::string text(static_cast<std::size_t>(std::min(size, kMost)), '\0');
  file.seekg(size - std::min(size, kMost));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

Result<CellRounds> CellRounds::create(Session& session, std::vector<ComparedVersion> versions) {
  TRY_ASSIGN(StagingDirectory staging, StagingDirectory::reserve(session.host(), "compare"));
  TRY(make_directories(staging.path(), 0700));
  return CellRounds(session, std::move(versions), std::move(staging));
}

Result<JobReport> CellRounds::run(std::size_t version) {
  const ComparedVersion& compared = versions_[version];
  if (compared.prepare) {
    auto prepared = run_on_host({"sh", "-c", *compared.prepare});
    if (!prepared && !interrupted())
      return std::unexpected(std::move(prepared).error().in("--prepare \"" + *compared.prepare + "\""));
  }
  return execute(compared.job, compared.facts, {session_.host(), session_.interrupt(), {}},
                 {"/dev/null", stderr_file(), std::nullopt});
}

HostActivity CellRounds::activity() { return look_at_activity(); }

Duration CellRounds::now() { return monotonic_now(); }

bool CellRounds::interrupted() const { return session_.interrupt().is_set(); }

std::string CellRounds::last_errors(std::size_t lines) const {
  const std::string text = end_of(stderr_file());
  std::size_t begin = text.size();
  for (; lines > 0 && begin > 0; --lines) {
    begin = text.rfind('\n', begin - 1);
    if (begin == std::string::npos) return text;
  }
  return begin == text.size() ? "" : text.substr(begin + 1);
}

}  // namespace hermetric
