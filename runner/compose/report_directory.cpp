#include "runner/compose/report_directory.hpp"

#include <fcntl.h>

#include <filesystem>
#include <string_view>

#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = "/.hermetric";

bool stays(char c) {
  constexpr std::string_view kOthers = "._-=,()";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

/// The report comes with the temporary files of reports that a killed run did not end.
Status make_empty(const std::string& path) {
  TRY(make_directories(path));
  TRY(sys::open(path + kMarker, O_WRONLY | O_CREAT, 0644));
  for (const char* part : {"/jobs", "/artifacts"}) TRY(remove_tree(path + part));
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().filename().string().starts_with("report.json")) TRY(remove_tree(entry->path().string()));
  if (error) return std::unexpected(Error::system("read", path, error.value()));
  return {};
}

}  // namespace

bool is_report_directory(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path + kMarker, ignored);
}

std::string escaped_name(const std::string& job) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string name;
  for (const char c : job) {
    if (stays(c) && !(c == '.' && name.empty())) {
      name.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    name.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return name;
}

Result<ReportDirectory> ReportDirectory::prepare(const std::string& path) {
  std::error_code error;
  const bool empty = !fs::exists(path, error) || fs::is_empty(path, error);
  const bool ours = !error && is_report_directory(path);
  if (error) return std::unexpected(Error::system("open", path, error.value()).in("report directory"));
  if (!empty && !ours)
    return std::unexpected(
        Error("report directory " + path + ": is not empty and holds no report of hermetric").remedy("name another"));
  if (Status made = make_empty(path); !made) return std::unexpected(std::move(made).error().in("report directory"));
  const fs::path canonical = fs::canonical(path, error);
  if (error) return std::unexpected(Error::system("resolve", path, error.value()).in("report directory"));
  return ReportDirectory(canonical.string());
}

std::string ReportDirectory::logs_of(const std::string& job) const { return path_ + "/jobs/" + escaped_name(job); }

std::string ReportDirectory::artifacts_of(const std::string& job) const {
  return path_ + "/artifacts/" + escaped_name(job);
}

}  // namespace hermetric
