#include "isolation/process/plan.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <bit>
#include <utility>

namespace hermetric {
namespace {

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

std::string namespace_names(std::uint64_t flags) {
  static constexpr std::array<std::pair<std::uint64_t, const char*>, 8> kNames = {{{CLONE_NEWNS, "mount"},
                                                                                   {CLONE_NEWPID, "pid"},
                                                                                   {CLONE_NEWNET, "network"},
                                                                                   {CLONE_NEWIPC, "ipc"},
                                                                                   {CLONE_NEWUTS, "uts"},
                                                                                   {CLONE_NEWUSER, "user"},
                                                                                   {CLONE_NEWCGROUP, "cgroup"},
                                                                                   {CLONE_NEWTIME, "time"}}};
  std::string names;
  for (const auto& [flag, name] : kNames)
    if ((flags & flag) != 0) names.append(names.empty() ? "" : "+").append(name);
  return names;
}

std::string describe_mount(const Step& step) {
  if ((step.flags & MS_BIND) != 0) return "bind " + text_of(step.source) + " on " + text_of(step.path);
  std::string line = "mount " + text_of(step.type) + " on " + text_of(step.path);
  if (step.data != nullptr && *step.data != '\0') line += " (" + text_of(step.data) + ")";
  return line;
}

}  // namespace

std::vector<const char*> Plan::keep_all(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(keep(text));
  pointers.push_back(nullptr);
  return pointers;
}

void Plan::set_command(const std::vector<std::string>& candidates, const std::vector<std::string>& argv,
                       const std::vector<std::string>& environment) {
  candidates_ = keep_all(candidates);
  argv_ = keep_all(argv);
  environment_ = keep_all(environment);
}

ChildPlan Plan::view() const {
  ChildPlan view;
  view.init = {init_.data(), static_cast<std::uint32_t>(init_.size())};
  view.job = {job_.data(), static_cast<std::uint32_t>(job_.size())};
  view.command = {candidates_.data(), argv_.data(), environment_.data()};
  view.capture = capture_;
  view.counted = counted_;
  return view;
}

std::string describe(const Step& step) {
  const std::string path = text_of(step.path);
  switch (step.op) {
    case Op::kMark: return "mark the end of " + std::string(name_of(static_cast<Stage>(step.number)));
    case Op::kDieWithParent: return "die with the parent";
    case Op::kCloseRange:
      return "close descriptors " + std::to_string(step.number) + " to " +
             (step.flags == ~0U ? "the last" : std::to_string(step.flags));
    case Op::kDefaultSignals: return "default signal handling";
    case Op::kUmask: return "umask " + std::to_string(step.number);
    case Op::kHostname: return "hostname " + path;
    case Op::kDomainname: return "domain name " + path;
    case Op::kLinkUp: return "interface " + path + " up";
    case Op::kChdir: return "change directory to " + path;
    case Op::kMount: return describe_mount(step);
    case Op::kBindMapped: return "bind " + text_of(step.source) + " on " + path + (step.fd >= 0 ? ", id-mapped" : "");
    case Op::kMakeDirectory: return "make directory " + path;
    case Op::kMakeNode: return (S_ISCHR(step.number) ? "make device " : "make file ") + path;
    case Op::kSymlink: return "link " + path + " to " + text_of(step.source);
    case Op::kPivotRoot: return "pivot to the new root and detach the old one";
    case Op::kUnshare:
      if (step.flags == CLONE_FILES) return "unshare the descriptors";
      return "unshare the " + namespace_names(step.flags) + " namespace";
    case Op::kSetNamespace: return "enter the " + namespace_names(step.flags) + " namespace";
    case Op::kWriteFile: return "write " + path;
    case Op::kJoinGroup: return "join the cgroup of descriptor " + std::to_string(step.fd);
    case Op::kNewSession: return "new session";
    case Op::kResourceLimit:
      return "resource limit " + std::to_string(step.number) + " = " + std::to_string(step.flags);
    case Op::kNoGroups: return "leave all groups";
    case Op::kIdentity: return "become user " + std::to_string(step.number) + " group " + std::to_string(step.flags);
    case Op::kBoundingSet:
      return "no capabilities but " + std::to_string(std::popcount(step.flags)) + " of the bounding set";
    case Op::kNoNewPrivileges: return "no new privileges";
    case Op::kDuplicate: return "descriptor " + std::to_string(step.fd) + " becomes " + std::to_string(step.number);
    case Op::kUnblockSignals: return "unblock signals";
    case Op::kTerminal: return "take the terminal";
    case Op::kNoteNamespaces: return "note the namespaces";
    case Op::kOpenCounter:
      return "open counter " + std::to_string(step.number) + ", perf event " + std::to_string(step.flags >> 32) + ":" +
             std::to_string(step.flags & 0xffffffffU);
    case Op::kSpawnJob: return step.fd >= 0 ? "start the job in its cgroup2 leaf" : "start the job";
    case Op::kSeccomp:
      return "filter system calls by " + std::to_string(step.number) + " instructions" +
             (step.source != nullptr ? ", and count what is denied" : "");
    case Op::kAwaitCommand: return "wait for the command";
    case Op::kExec: return "execute";
  }
  return "unknown step";
}

}  // namespace hermetric
