#include "runner/job/resolve.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace hermetric {
namespace {

constexpr std::string_view kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Replaced in every host root (see plan_skeleton), so a file system mounted there is not shown.
constexpr std::array<std::string_view, 11> kHostPartsNotShown = {
    "/boot", "/dev", "/home", "/lost+found", "/media", "/mnt", "/proc", "/root", "/run", "/sys", "/tmp"};

bool is_within(const std::string& path, std::string_view base) {
  return path == base || (path.starts_with(base) && (base == "/" || path[base.size()] == '/'));
}

std::unexpected<Error> not_in_this_version(const std::string& what) {
  return std::unexpected(Error(what + " is not in this version"));
}

Error no_such_id(const ResolveContext& context) {
  if (context.ids > 1) return Error("user: the ids of a job end at " + std::to_string(context.ids - 1));
  return Error("user: an ordinary user's job has no id but 0")
      .remedy(
          "run as root, or install newuidmap (Debian: uidmap) and give the user ids in /etc/subuid and /etc/subgid");
}

Status check_supported(const JobSpec& job, const ResolveContext& context) {
  if (job.root.starts_with("image:")) return not_in_this_version("root " + job.root);
  if (job.network == Network::kPrivate || job.network == Network::kNat)
    return not_in_this_version("network " + std::string(name_of(job.network)));
  if (job.exclusive_cores && !job.limits.cpuset)
    return std::unexpected(Error("exclusive_cores: nobody chose the cores of this job"));
  if (std::max(job.user.uid, job.user.gid) >= context.ids) return std::unexpected(no_such_id(context));
  if (context.rootless && job.limits.disk && job.scratch != "tmpfs")
    return std::unexpected(Error("disk: only root can mount the file system that would hold this cap")
                               .remedy("scratch: tmpfs, or run as root"));
  if (job.workspace == "/")
    return std::unexpected(Error("workspace: / cannot be one; the root is copy-on-write already (workspace: null)"));
  return {};
}

/// Shallow ones first, so that a mount comes before those below it.
void sort_by_depth(std::vector<ViewMount>& mounts) {
  const auto depth = [](const ViewMount& mount) {
    return std::count(mount.destination.begin(), mount.destination.end(), '/');
  };
  std::stable_sort(mounts.begin(), mounts.end(),
                   [&](const ViewMount& a, const ViewMount& b) { return depth(a) < depth(b); });
}

ViewMount view_mount(ViewMount::Kind kind, std::vector<std::string> sources, std::string destination) {
  ViewMount mount;
  mount.kind = kind;
  mount.sources = std::move(sources);
  mount.destination = std::move(destination);
  return mount;
}

bool is_replaced(const std::string& path) {
  return std::any_of(kHostPartsNotShown.begin(), kHostPartsNotShown.end(),
                     [&](std::string_view hidden) { return is_within(path, hidden); });
}

/// The host's tree in parts, for a job that is not root's. Another mount at the same place is instead of it.
std::vector<ViewMount> host_tree_mounts(const HostTree& tree, const std::vector<std::string>& taken) {
  std::vector<ViewMount> mounts;
  const auto add = [&](ViewMount::Kind kind, const std::string& path, bool is_file) {
    if (std::ranges::find(taken, path) != taken.end()) return;
    mounts.push_back(view_mount(kind, {path}, path));
    mounts.back().is_file = is_file;
  };
  for (const std::string& directory : tree.directories) add(ViewMount::Kind::kHostTree, directory, false);
  for (const std::string& file : tree.files) add(ViewMount::Kind::kHostPart, file, true);
  return mounts;
}

std::vector<ViewMount> host_part_mounts(const JobSpec& job, const ResolveContext& context) {
  std::vector<ViewMount> mounts;
  if (job.root != "host" || context.rootless) return mounts;
  for (const std::string& part : context.host_parts) {
    if (!is_replaced(part)) mounts.push_back(view_mount(ViewMount::Kind::kHostPart, {part}, part));
  }
  return mounts;
}

/// The report directory where an overlay or bind would show it.
std::vector<ViewMount> report_hiders(const std::vector<ViewMount>& mounts, const ResolveContext& context) {
  std::vector<ViewMount> hiders;
  if (!context.report_directory) return hiders;
  for (const ViewMount& mount : mounts) {
    for (const std::string& source : mount.sources) {
      if (!is_within(*context.report_directory, source) || *context.report_directory == source) continue;
      const std::string below = context.report_directory->substr(source.size());
      hiders.push_back(view_mount(ViewMount::Kind::kHide, {*context.report_directory}, mount.destination + below));
    }
  }
  return hiders;
}

std::string home_of(const JobSpec& job) { return job.user.uid == 0 ? "/root" : "/home/job"; }
std::string user_of(const JobSpec& job) { return job.user.uid == 0 ? "root" : "job"; }

/// The accounts every root has; a directory root keeps its own.
std::vector<SkeletonEntry> identity_files(const JobSpec& job) {
  std::string passwd =
      "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
      "bin:x:2:2:bin:/bin:/usr/sbin/nologin\nsys:x:3:3:sys:/dev:/usr/sbin/nologin\n"
      "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
  std::string group =
      "root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\nmail:x:8:\nshadow:x:42:\nutmp:x:43:\n"
      "staff:x:50:\nusers:x:100:\nnogroup:x:65534:\n";
  if (job.user.uid != 0) {
    const std::string gid = std::to_string(job.user.gid);
    passwd += "job:x:" + std::to_string(job.user.uid) + ":" + gid + "::" + home_of(job) + ":/bin/sh\n";
    if (job.user.gid != 0) group += "job:x:" + gid + ":\n";
  }
  const auto file = [](std::string path, std::string content) {
    SkeletonEntry entry;
    entry.kind = SkeletonEntry::Kind::kFile;
    entry.path = std::move(path);
    entry.mode = 0644;
    entry.content = std::move(content);
    return entry;
  };
  std::vector<SkeletonEntry> files = {
      file("etc/hostname", job.hostname + "\n"),
      file("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 " + job.hostname + "." + job.domainname + " " +
                            job.hostname + "\n"),
      file("etc/resolv.conf", "# no network\n")};
  if (job.root == "host") {
    files.push_back(file("etc/passwd", std::move(passwd)));
    files.push_back(file("etc/group", std::move(group)));
  }
  if (job.network == Network::kHost)
    std::erase_if(files, [](const auto& entry) { return entry.path == "etc/resolv.conf"; });
  return files;
}

std::vector<ViewMount> view_of(const JobSpec& job, const ResolveContext& context) {
  std::vector<ViewMount> mounts = host_part_mounts(job, context);
  if (job.workspace) {
    std::vector<std::string> sources = context.inputs;
    sources.push_back(context.workspace_files.value_or(*job.workspace));
    mounts.push_back(view_mount(ViewMount::Kind::kOverlay, std::move(sources), *job.workspace));
  }
  for (const PathPair& pair : job.overlay)
    mounts.push_back(view_mount(ViewMount::Kind::kOverlay, {pair.source}, pair.destination));
  for (const PathPair& pair : job.ro)
    mounts.push_back(view_mount(ViewMount::Kind::kReadOnly, {pair.source}, pair.destination));
  for (const PathPair& pair : job.rw)
    mounts.push_back(view_mount(ViewMount::Kind::kReadWrite, {pair.source}, pair.destination));
  for (const TmpfsSpec& tmpfs : job.tmpfs) {
    mounts.push_back(view_mount(ViewMount::Kind::kTmpfs, {}, tmpfs.path));
    mounts.back().size = tmpfs.size;
  }
  for (const std::string& path : job.hide) mounts.push_back(view_mount(ViewMount::Kind::kHide, {path}, path));
  for (ViewMount& mount : mounts)
    mount.is_file =
        !mount.sources.empty() && mount.kind != ViewMount::Kind::kOverlay && context.is_file(mount.sources.front());
  for (ViewMount& hider : report_hiders(mounts, context)) mounts.push_back(std::move(hider));
  if (job.root == "host" && context.rootless) {
    std::vector<std::string> taken;
    for (const ViewMount& mount : mounts) taken.push_back(mount.destination);
    for (const SkeletonEntry& file : identity_files(job)) taken.push_back("/" + file.path);
    for (ViewMount& part : host_tree_mounts(context.host_tree, taken)) mounts.push_back(std::move(part));
  }
  sort_by_depth(mounts);
  return mounts;
}

SkeletonRequest skeleton_of(const JobSpec& job, const std::vector<ViewMount>& mounts, const ResolveContext& context) {
  SkeletonRequest request;
  request.host = job.root == "host";
  request.alone = request.host && context.rootless;
  if (request.alone) request.opened = context.host_tree.opened;
  request.root = request.host ? "/" : job.root;
  request.home = home_of(job);
  request.files = identity_files(job);
  for (const ViewMount& mount : mounts) {
    const bool below_an_overlay = std::any_of(mounts.begin(), mounts.end(), [&](const ViewMount& other) {
      return other.kind == ViewMount::Kind::kOverlay && other.destination != mount.destination &&
             is_within(mount.destination, other.destination);
    });
    if (!below_an_overlay) (mount.is_file ? request.file_points : request.mount_points).push_back(mount.destination);
  }
  return request;
}

std::map<std::string, std::string> environment_of(const JobSpec& job, const ResolveContext& context) {
  std::map<std::string, std::string> environment = {{"PATH", std::string(kPath)},
                                                    {"HOME", home_of(job)},
                                                    {"USER", user_of(job)},
                                                    {"LANG", "C.UTF-8"},
                                                    {"TZ", "UTC"},
                                                    {"CI", "true"},
                                                    {"HERMETRIC_JOB", job.name},
                                                    {"SOURCE_DATE_EPOCH", std::to_string(context.source_date_epoch)}};
  for (const std::string& name : job.pass_env)
    if (const auto own = context.environment.find(name); own != context.environment.end())
      environment[name] = own->second;
  for (const auto& [name, value] : job.env) environment[name] = value;
  return environment;
}

/// As execvp(3) would look: a name with a slash is a path, others are looked for in the job's own PATH.
std::vector<std::string> candidates_for(const std::string& command, const std::string& path) {
  if (command.find('/') != std::string::npos) return {command};
  std::vector<std::string> candidates;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string directory = path.substr(begin, end - begin);
    candidates.push_back((directory.empty() ? "." : directory) + "/" + command);
    begin = end + 1;
  }
  return candidates;
}

}  // namespace

bool is_left_out_of_host_root(const std::string& path) { return is_replaced(path) || is_within(path, "/var/tmp"); }

Result<SandboxSpec> resolve(const JobSpec& job, const ResolveContext& context) {
  TRY(check_supported(job, context));
  if (job.command.empty() || job.command.front().empty()) return std::unexpected(Error("command: there is none"));
  SandboxSpec spec;
  spec.name = job.name;
  if (job.root != "host") spec.root_directory = job.root;
  spec.mounts = view_of(job, context);
  spec.skeleton = skeleton_of(job, spec.mounts, context);
  spec.workspace = job.workspace;
  spec.scratch_on_tmpfs = job.scratch == "tmpfs";
  if (job.scratch && !spec.scratch_on_tmpfs) spec.scratch_parent = *job.scratch;
  const auto environment = environment_of(job, context);
  for (const auto& [name, value] : environment) spec.environment.push_back(name + "=" + value);
  spec.argv = job.command;
  spec.candidates = candidates_for(job.command.front(), environment.at("PATH"));
  spec.cwd = job.cwd ? *job.cwd : job.workspace.value_or("/");
  spec.hostname = job.hostname;
  spec.domainname = job.domainname;
  spec.uid = job.user.uid;
  spec.gid = job.user.gid;
  spec.host_network = job.network == Network::kHost;
  spec.nested = job.nested;
  spec.limits = job.limits;
  if (!spec.limits.pids) spec.limits.pids = context.default_pids;
  spec.io_devices = context.io_devices;
  return spec;
}

}  // namespace hermetric
