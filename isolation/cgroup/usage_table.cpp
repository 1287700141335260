#include "isolation/cgroup/usage_table.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include "isolation/cgroup/control_file.hpp"

namespace hermetric {
namespace {

constexpr std::array kDialects = {&kUnifiedDialect, &kLegacyDialect};

/// Reads a file once for all neighbouring rows that take a figure from it.
class FileReader {
 public:
  const Result<std::string>& read(const GroupDirectory& directory, const char* file) {
    if (&directory != directory_ || file_ != file) {
      text_ = read_control(directory.fd.get(), file);
      directory_ = &directory;
      file_ = file;
    }
    return text_;
  }

 private:
  const GroupDirectory* directory_ = nullptr;
  std::string_view file_;
  Result<std::string> text_;
};

std::string why_no_controller(std::string_view controller, const UsageContext& context) {
  if (context.problems != nullptr)
    if (const auto problem = context.problems->find(controller); problem != context.problems->end())
      return problem->second;
  if (controller == kCore) return "no cgroup2 hierarchy is mounted";
  return "no cgroup hierarchy has the " + std::string(controller) + " controller";
}

std::string why_no_file(const UsageRow& row, const Error& error) {
  std::string reason = std::string(row.file) + ": " + std::strerror(error.error_number());
  if (error.error_number() == ENOENT && !row.since.empty())
    reason.append(" (needs Linux ").append(row.since).append(")");
  return reason;
}

std::string why_no_value(const UsageRow& row) {
  if (row.controller == "blkio") return "no disk was named whose IO the kernel should count for this group";
  std::string reason = std::string(row.file) + " has no " + std::string(row.key.empty() ? "number" : row.key);
  if (!row.since.empty()) reason.append(" (needs Linux ").append(row.since).append(")");
  return reason;
}

Measured measure(const UsageRow& row, const GroupDirectory& directory, const UsageContext& context,
                 FileReader& reader) {
  if (!row.never.empty()) return Measured::missing(std::string(row.never));
  if (row.needs_cpu_cap && !context.cpu_capped) return Measured::missing("no CPU cap, nothing to throttle");
  if (row.controller == "blkio" && !context.io_problem.empty()) return Measured::missing(context.io_problem);
  const Result<std::string>& text = reader.read(directory, row.file);
  if (!text) return Measured::missing(why_no_file(row, text.error()));
  const auto value = row.parse(*text, row.key);
  if (!value) return Measured::missing(why_no_value(row));
  return Measured::of(*value / row.divisor, std::string(directory.base->dialect->name) + " " + row.file);
}

void set_reasons(const UsageContext& context, ResourceUsage& usage) {
  for (const Dialect* dialect : kDialects)
    for (const UsageRow& row : dialect->usage)
      row.figure(usage) =
          Measured::missing(row.needs_cpu_cap && !context.cpu_capped ? "no CPU cap, nothing to throttle"
                                                                     : why_no_controller(row.controller, context));
}

/// Calls visit(directory) for the groups of the preferred version first: cgroup2's cpu.stat before v1's cpuacct.
template <typename Visitor>
void for_each_by_preference(std::span<const GroupDirectory> directories, Visitor visit) {
  for (const Dialect* dialect : kDialects)
    for (const GroupDirectory& directory : directories)
      if (directory.base->dialect == dialect) visit(directory);
}

}  // namespace

void fill_usage(std::span<const GroupDirectory> directories, const UsageContext& context, ResourceUsage& usage) {
  set_reasons(context, usage);
  FileReader reader;
  for_each_by_preference(directories, [&](const GroupDirectory& directory) {
    const Dialect& dialect = *directory.base->dialect;
    for (const UsageRow& row : dialect.usage)
      if (has_controller(directory.controllers, row.controller) && !row.figure(usage).known())
        row.figure(usage) = measure(row, directory, context, reader);
  });
  for (const Dialect* dialect : kDialects)
    if (dialect->settle != nullptr) dialect->settle(usage);
}

CgroupSample take_sample(std::span<const GroupDirectory> directories) {
  CgroupSample sample;
  FileReader reader;
  for_each_by_preference(directories, [&](const GroupDirectory& directory) {
    for (const SampleRow& row : directory.base->dialect->samples) {
      if (!has_controller(directory.controllers, row.controller) || sample.*row.figure) continue;
      const Result<std::string>& text = reader.read(directory, row.file);
      if (!text) continue;
      if (const auto value = row.parse(*text, row.key)) sample.*row.figure = *value / row.divisor;
    }
  });
  return sample;
}

}  // namespace hermetric
