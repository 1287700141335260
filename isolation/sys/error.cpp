#include "isolation/sys/error.hpp"

#include <cerrno>
#include <system_error>

namespace hermetric {
namespace {

/// What helps against a limit that a host or a user has reached; empty where the call and its errno do not tell.
std::string_view remedy_for(std::string_view call, std::string_view object, int error_number) {
  const bool makes_process = call == "clone3" || call == "fork" || call == "unshare";
  const bool is_of_kernel = object.starts_with("/sys") || object.starts_with("/proc");
  switch (error_number) {
    case EMFILE: return "raise the limit of open files: ulimit -n";
    case ENFILE: return "raise the sysctl fs.file-max";
    case EDQUOT: return "raise the quota, or free some of it";
    case EAGAIN:
      return makes_process
                 ? "raise the limit of processes: ulimit -u, the sysctl kernel.pid_max, or the pids cap of the "
                   "group that hermetric runs in"
                 : "";
    case ENOSPC:
      if (makes_process) return "raise the sysctls user.max_*_namespaces";
      return is_of_kernel ? "" : "free space or inodes there, or choose another place";
    case EROFS: return is_of_kernel ? "" : "choose a place that can be written to";
    default: return "";
  }
}

}  // namespace

Error Error::system(std::string_view call, std::string_view object, int error_number) {
  std::string message(call);
  if (!object.empty()) message.append(" ").append(object);
  message.append(": ").append(std::generic_category().message(error_number));
  Error error(std::move(message));
  error.error_number_ = error_number;
  const std::string_view remedy = remedy_for(call, object, error_number);
  return remedy.empty() ? error : std::move(error).remedy(remedy);
}

Error Error::in(std::string_view context) && {
  message_ = std::string(context).append(": ").append(message_);
  return std::move(*this);
}

Error Error::remedy(std::string_view remedy) && {
  message_.append(" (").append(remedy).append(")");
  return std::move(*this);
}

}  // namespace hermetric
