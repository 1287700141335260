#include "isolation/sandbox/sandbox.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <future>
#include <utility>

#include "isolation/sandbox/child_usage.hpp"
#include "isolation/sys/clock.hpp"
#include "isolation/sys/files.hpp"
#include "isolation/sys/system.hpp"
#include "isolation/workspace/capped_disk.hpp"

namespace hermetric {
namespace {

namespace fs = std::filesystem;

/// A cell's clocks start at this age when it is made: a job does not see how long the host is up. Not near zero:
/// programs subtract.
constexpr long kJobClockSeconds = 86'400;
constexpr int kFirstFreeDescriptor = 10;
constexpr int kReadyCheckMilliseconds = 1;

std::string offset_line(const char* clock_name, clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::string(clock_name) + " " + std::to_string(kJobClockSeconds - now.tv_sec) + " 0\n";
}

/// A copy of `fd` above the numbers that the job's own streams take.
Result<Fd> duplicate_high(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  if (copy < 0) return std::unexpected(Error::system("fcntl", "F_DUPFD_CLOEXEC", errno));
  return Fd(copy);
}

std::string relative_to(const std::string& path, const std::string& base) {
  return fs::path(path).lexically_relative(base).string();
}

bool is_below(const std::string& path, const std::string& base) {
  return path.size() > base.size() && path.starts_with(base) && path[base.size()] == '/';
}

}  // namespace

Result<std::unique_ptr<Sandbox>> Sandbox::create(SandboxHost& host, SandboxSpec spec) {
  std::unique_ptr<Sandbox> sandbox(new Sandbox(host, std::move(spec)));
  TRY(sandbox->acquire());
  return sandbox;
}

Status Sandbox::acquire() {
  began_at_ = monotonic_nanoseconds();
  cell_ = host_->next_cell();
  CgroupRequest request{spec_.limits, spec_.io_devices};
  const std::string group = "hermetric-" + cell_;
  const bool on_tmpfs = spec_.scratch_on_tmpfs;
  const std::string scratch = place_of_scratch();
  LedgerRecord record;
  record.cell = cell_;
  record.name = spec_.name;
  record.cgroups = host_->cgroups().paths_of(group, request);
  record.scratch = on_tmpfs ? "" : scratch;
  record.nested = spec_.nested;
  record.workspace = workspace_layers_in(scratch);
  TRY(host_->ledger().add(std::move(record)));
  in_ledger_ = true;
  // The first takes half as long as everything else here: beside it.
  auto skeleton =
      std::async(host_->mounts().has_a_layer() ? std::launch::deferred : std::launch::async | std::launch::deferred,
                 [this] { return make_skeleton(); });
  TRY_ASSIGN(Scratch uppers, named("upper layers", Scratch::create(scratch, on_tmpfs, spec_.limits.disk)));
  scratch_.emplace(std::move(uppers));
  TRY(named("upper layers", make_scratch()));
  if (const auto disk = scratch_->own_disk()) request.io_devices.push_back(*disk);
  mark_now(Stage::kScratch);
  TRY_ASSIGN(cgroup_, host_->cgroups().create(group, request));
  mark_now(Stage::kCgroup);
  TRY_ASSIGN(UserNamespace user_namespace, named("user namespace", UserNamespace::make(host_->id_map())));
  user_namespace_.emplace(std::move(user_namespace));
  TRY_ASSIGN(skeleton_layer_, named("skeleton of the root", skeleton.get()));
  mark_now(Stage::kUserNamespace);
  return {};
}

/// Planned anew for each cell: a directory of the host may have become private since the last.
Result<std::string> Sandbox::make_skeleton() const {
  const std::uint32_t root = host_->outside(0);
  return host_->mounts().layer_for(plan_skeleton(spec_.skeleton), root, root);
}

std::string Sandbox::place_of_scratch() const {
  if (spec_.scratch_on_tmpfs) return host_->mounts().scratch() + "/" + cell_;
  return spec_.scratch_parent.empty() ? host_->place_of(cell_) : spec_.scratch_parent + "/" + cell_;
}

Status Sandbox::make_scratch() {
  TRY(scratch_->add_upper(0, host_->outside(0), host_->outside(0), 0755));
  TRY(host_->mounts().need_lowers(count_mapped_lowers(spec_)));
  unsigned upper = 1;
  for (const ViewMount* overlay : overlays_of(spec_)) {
    TRY_ASSIGN(const struct stat look, sys::fstatat(AT_FDCWD, overlay->sources.back(), 0));
    TRY(scratch_->add_upper(upper++, host_->outside(look.st_uid), host_->outside(look.st_gid), look.st_mode & 07777));
  }
  for (const ViewMount& mount : spec_.mounts) TRY(make_mount_points(mount));
  return {};
}

/// A mount point inside an overlay that its lowers do not have is made in its upper; others are in the skeleton.
Status Sandbox::make_mount_points(const ViewMount& mount) {
  const auto overlays = overlays_of(spec_);
  for (std::size_t i = overlays.size(); i-- > 0;) {
    const ViewMount& overlay = *overlays[i];
    if (!is_below(mount.destination, overlay.destination)) continue;
    if (overlay.kind == ViewMount::Kind::kHostTree) return {};  // the skeleton has it
    const std::string inner = relative_to(mount.destination, overlay.destination);
    const bool there = std::any_of(overlay.sources.begin(), overlay.sources.end(), [&](const std::string& source) {
      return sys::fstatat(AT_FDCWD, source + "/" + inner, AT_SYMLINK_NOFOLLOW).has_value();
    });
    if (there) return {};
    const std::string point = scratch_->upper(static_cast<unsigned>(i) + 1) + "/" + inner;
    if (!mount.is_file) return make_directories(point);
    TRY(make_directories(fs::path(point).parent_path().string()));
    TRY(sys::open(point, O_WRONLY | O_CREAT, 0644));
    return {};
  }
  return {};
}

Result<PlanResources> Sandbox::resources_for(const Streams& streams) {
  streams_.clear();
  for (const int fd : {streams.in, streams.out, streams.err}) {
    TRY_ASSIGN(Fd copy, duplicate_high(fd));
    streams_.push_back(std::move(copy));
  }
  PlanResources resources;
  resources.runner_pidfd = host_->runner_pidfd().get();
  resources.scratch_directory = scratch_->directory();
  resources.user_namespace_fd = user_namespace_->fd();
  resources.cgroup = cgroup_->entry();
  resources.stdin_fd = streams_[0].get();
  resources.stdout_fd = streams_[1].get();
  resources.stderr_fd = streams_[2].get();
  resources.skeleton_layer = skeleton_layer_;
  resources.masked_paths = host_->masked_paths();
  resources.rootless = host_->rootless();
  resources.keeps_groups = host_->id_map().count == 1;
  resources.clock_offsets = offset_line("monotonic", CLOCK_MONOTONIC) + offset_line("boottime", CLOCK_BOOTTIME);
  return resources;
}

Result<std::shared_ptr<const Plan>> Sandbox::plan(const Streams& streams) {
  TRY_ASSIGN(const PlanResources resources, resources_for(streams));
  return build_plan(spec_, resources, host_->mounts());
}

Status Sandbox::launch(std::shared_ptr<const Plan> plan) {
  TRY_ASSIGN(Init init, Init::launch(std::move(plan), namespace_flags(spec_)));
  init_.emplace(std::move(init));
  streams_.clear();
  return {};
}

Status Sandbox::start(const Streams& streams) {
  TRY_ASSIGN(std::shared_ptr<const Plan> steps, plan(streams));
  TRY(launch(std::move(steps)));
  return host_->ledger().running(cell_, init_->pid());
}

Status Sandbox::prepare(const Streams& streams) {
  TRY_ASSIGN(PlanResources resources, resources_for(streams));
  resources.prepared = true;
  return launch(build_plan(spec_, resources, host_->mounts()));
}

Status Sandbox::wait_until_ready() {
  pollfd ended{.fd = pidfd(), .events = POLLIN, .revents = 0};
  while (init_->ready_at() == 0)
    if (::poll(&ended, 1, kReadyCheckMilliseconds) > 0) {
      TRY(init_->wait());
      return std::unexpected(step_error(init_->record()));
    }
  return {};
}

bool Sandbox::is_alive() const {
  pollfd ended{.fd = pidfd(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 0) == 0;
}

Status Sandbox::release(SandboxSpec spec) {
  spec_ = std::move(spec);
  ready_at_ = init_->ready_at();
  released_at_ = monotonic_nanoseconds();
  TRY(init_->release(spec_.candidates, spec_.argv, spec_.environment));
  return host_->ledger().running(cell_, spec_.name, init_->pid());
}

std::optional<Duration> Sandbox::exec_at() const {
  const std::uint64_t at = init_->exec_at();
  if (at == 0) return std::nullopt;
  return Duration(static_cast<Duration::rep>(at / 1000));
}

std::uint64_t Sandbox::oom_kills() const {
  ResourceUsage usage;
  cgroup_->read_usage(usage);
  return usage.memory.oom_kills.value.value_or(0);
}

bool Sandbox::disk_is_full() const { return spec_.limits.disk && is_full(scratch_->directory()).value_or(false); }

void Sandbox::signal_job(int signal) { (void)init_->signal(signal); }

void Sandbox::kill_all() {
  (void)cgroup_->freeze(false);
  (void)cgroup_->kill();
  (void)init_->signal(kKillAllSignal);
}

Result<Ending> Sandbox::wait() {
  TRY(init_->wait());
  mark_now(Stage::kDrain);
  // A file system that the caller named may be about to be unmounted: it shall not stay busy.
  scratch_->begin_removal(spec_.scratch_parent.empty() ? host_->next_freeing() : Scratch::Freeing::kWaits);
  const ChildRecord& record = init_->record();
  take_marks(record);
  Ending ending;
  if (record.failed_errno != 0) {
    const bool at_exec =
        record.failed_actor == Actor::kJob && init_->plan().steps(Actor::kJob)[record.failed_step].op == Op::kExec;
    if (!at_exec) {
      ending.setup_error = step_error(record);
    } else {
      ending.exit_code = record.failed_errno == ENOENT || record.failed_errno == ENOTDIR ? 127 : 126;
      ending.command_error = Error::system("execute", spec_.argv.front(), record.failed_errno);
    }
  } else if (!record.job_ended) {
    ending.signal = SIGKILL;  // init itself was killed, and the job with it
  } else if (WIFSIGNALED(record.wait_status)) {
    ending.signal = WTERMSIG(record.wait_status);
  } else {
    ending.exit_code = WEXITSTATUS(record.wait_status);
  }
  return ending;
}

Error Sandbox::step_error(const ChildRecord& record) const {
  if (record.failed_errno == 0) return Error("set-up: init was killed");
  const auto& steps = init_->plan().steps(record.failed_actor);
  const Step& step = steps[record.failed_step];
  Error error = Error::system(describe(step), "", record.failed_errno).in("set-up");
  const bool is_proc = step.op == Op::kMount && step.type != nullptr && std::string_view(step.type) == "proc";
  if (is_proc && record.failed_errno == EPERM)
    return std::move(error).remedy(
        "parts of this /proc are mounted over, so the kernel shows no other; in docker: --security-opt "
        "systempaths=unconfined");
  return error;
}

void Sandbox::read_usage(ResourceUsage& usage) {
  cgroup_->read_usage(usage);
  read_child_record(init_->record(), usage);
  mark_now(Stage::kUsage);
}

Denials Sandbox::denials() const { return denials_of(init_->record(), spec_.nested); }

std::optional<OverlayLayers> Sandbox::workspace_layers() const { return workspace_layers_in(scratch_->directory()); }

std::optional<OverlayLayers> Sandbox::workspace_layers_in(const std::string& scratch) const {
  const auto overlays = overlays_of(spec_);
  for (std::size_t i = 0; i < overlays.size(); ++i)
    if (spec_.workspace && overlays[i]->destination == *spec_.workspace)
      return OverlayLayers{Scratch::upper_in(scratch, static_cast<unsigned>(i) + 1), overlays[i]->sources,
                           host_->rootless()};
  return std::nullopt;
}

std::map<std::string, std::uint64_t> Sandbox::namespaces() const { return namespaces_of(init_->record()); }

void Sandbox::take_marks(const ChildRecord& record) {
  for (std::size_t i = 0; i < kSetupStageCount; ++i)
    if (record.marks[i] != 0) marks_[i] = record.marks[i];
  exec_at_ = record.exec_at;
  death_at_ = record.death_at;
}

Phases Sandbox::phases() const {
  const auto between = [](std::uint64_t from, std::uint64_t to) {
    return Duration(to > from ? static_cast<Duration::rep>((to - from) / 1000) : 0);
  };
  Phases phases;
  std::uint64_t last = began_at_;
  for (std::size_t i = 0; i < kStageCount; ++i) {
    if (i == kSetupStageCount && death_at_ != 0) last = death_at_;
    if (marks_[i] == 0) continue;
    phases.stages[i] = between(last, marks_[i]);
    last = marks_[i];
  }
  // What a prepared job waited for its command cost nobody anything.
  const bool job_was_made = marks_[static_cast<std::size_t>(Stage::kJob)] != 0;
  const Duration waited = job_was_made ? between(ready_at_, released_at_) : Duration{};
  phases.stages[static_cast<std::size_t>(Stage::kJob)] -= waited;
  phases.setup_total =
      between(began_at_, exec_at_ != 0 ? exec_at_ : marks_[static_cast<std::size_t>(Stage::kDrain)]) - waited;
  phases.run = exec_at_ != 0 ? between(exec_at_, death_at_) : Duration{};
  if (death_at_ != 0) phases.teardown_total = between(death_at_, ended_at_);
  return phases;
}

void Sandbox::mark_now(Stage stage) { marks_[static_cast<std::size_t>(stage)] = monotonic_nanoseconds(); }

Status Sandbox::close() {
  Status first;
  const auto keep_first = [&first](Status status) {
    if (!status && first) first = std::move(status);
  };
  init_.reset();
  if (cgroup_) keep_first(cgroup_->remove());
  cgroup_.reset();
  mark_now(Stage::kCgroupRemoval);
  if (scratch_) keep_first(scratch_->close());
  mark_now(Stage::kScratchRemoval);
  user_namespace_.reset();
  if (in_ledger_ && first) keep_first(host_->ledger().strike(cell_));
  in_ledger_ = false;
  ended_at_ = monotonic_nanoseconds();
  return first;
}

Sandbox::~Sandbox() {
  if (in_ledger_) (void)close();
}

}  // namespace hermetric
