#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "isolation/cgroup/cgroup.hpp"
#include "isolation/process/launcher.hpp"
#include "isolation/process/user_namespace.hpp"
#include "isolation/sandbox/plan_builder.hpp"
#include "isolation/sandbox/sandbox_host.hpp"
#include "isolation/sandbox/spec.hpp"
#include "isolation/types/denials.hpp"
#include "isolation/types/outcome.hpp"
#include "isolation/types/stage.hpp"
#include "isolation/types/usage.hpp"
#include "isolation/workspace/changes.hpp"
#include "isolation/workspace/scratch.hpp"

namespace hermetric {

/// The job's standard streams. Borrowed until start() returns.
struct Streams {
  int in = -1;
  int out = -1;
  int err = -1;
};

/// How a cell ended, before any limit of the runner's is considered.
struct Ending {
  std::optional<int> exit_code;  ///< of the job's root process
  std::optional<int> signal;
  std::optional<Error> setup_error;    ///< a step before the job's own program failed
  std::optional<Error> command_error;  ///< the program could not be executed; exit_code is 126 or 127
};

/// One cell: namespaces, groups, uppers and the job in it. Used as create, start, (terminate, kill), wait, read_usage,
/// collect what is wanted, close: kill all -> wait until empty -> read usage -> collect -> remove. Or, to have it made
/// before there is a job: create with need_of(), prepare, release, and on as above.
class Sandbox {
 public:
  /// Makes everything that lies outside the job's own namespaces. `host` must outlive the sandbox.
  static Result<std::unique_ptr<Sandbox>> create(SandboxHost& host, SandboxSpec spec);

  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  /// Launches init. The cell dies with the calling thread.
  Status start(const Streams& streams);

  /// Launches init and has the job wait one step before its exec. The cell dies with the calling thread.
  Status prepare(const Streams& streams);
  /// Waits until a prepared job waits. Error: a step failed, and the cell is of no use.
  Status wait_until_ready();
  /// A prepared cell that nothing has happened to.
  [[nodiscard]] bool is_alive() const;
  /// Gives the prepared cell its one job: `spec` has the need that the cell was made for. Error: it is of no use.
  Status release(SandboxSpec spec);

  /// The plan that start() would launch, with descriptor numbers as they are now.
  Result<std::shared_ptr<const Plan>> plan(const Streams& streams);

  /// Readable when the whole cell is dead.
  [[nodiscard]] int pidfd() const { return init_->pidfd().get(); }
  /// Monotonic time of the job's exec; nothing before it.
  [[nodiscard]] std::optional<Duration> exec_at() const;
  [[nodiscard]] CgroupSample sample() const { return cgroup_->sample(); }
  /// See Cgroup::oom_event().
  [[nodiscard]] int oom_event() const { return cgroup_->oom_event(); }
  /// OOM kills in the job's own group so far.
  [[nodiscard]] std::uint64_t oom_kills() const;
  /// The job has used up its disk cap. False without one.
  [[nodiscard]] bool disk_is_full() const;
  [[nodiscard]] const std::string& cell() const { return cell_; }
  /// Directories of its groups.
  [[nodiscard]] std::vector<std::string> groups() const { return cgroup_->paths(); }

  /// See Ledger::paused_time().
  [[nodiscard]] Ledger::Pauses paused_time() const { return host_->ledger().paused_time(cell_); }

  /// Sends `signal` to the job's root process.
  void signal_job(int signal);
  /// SIGKILL to everything in the cell, and no way round it.
  void kill_all();

  /// Reaps the cell; call it when pidfd() is readable, or it blocks.
  Result<Ending> wait();

  /// After wait(): every figure that groups, init and the overlay know.
  void read_usage(ResourceUsage& usage);

  /// After wait(): the system calls that the job was denied.
  [[nodiscard]] Denials denials() const;

  /// After wait(): the workspace's layers, for artifacts. Valid until close().
  [[nodiscard]] std::optional<OverlayLayers> workspace_layers() const;

  /// After wait(): "net" -> inode of the namespaces the job had.
  [[nodiscard]] std::map<std::string, std::uint64_t> namespaces() const;

  /// Artifacts are out: ends that stage.
  void mark(Stage stage) { mark_now(stage); }

  /// Removes groups, uppers and the ledger's record. Whatever cannot be removed is said.
  Status close();

  /// Complete after close().
  [[nodiscard]] Phases phases() const;

 private:
  Sandbox(SandboxHost& host, SandboxSpec spec) : host_(&host), spec_(std::move(spec)) {}

  Status acquire();
  [[nodiscard]] std::string place_of_scratch() const;
  Status make_scratch();
  [[nodiscard]] Result<std::string> make_skeleton() const;
  [[nodiscard]] std::optional<OverlayLayers> workspace_layers_in(const std::string& scratch) const;
  Status make_mount_points(const ViewMount& mount);
  Result<PlanResources> resources_for(const Streams& streams);
  Status launch(std::shared_ptr<const Plan> plan);
  void mark_now(Stage stage);
  void take_marks(const ChildRecord& record);
  [[nodiscard]] Error step_error(const ChildRecord& record) const;

  SandboxHost* host_;
  SandboxSpec spec_;
  std::string cell_;
  std::string skeleton_layer_;
  bool in_ledger_ = false;
  std::optional<Scratch> scratch_;
  std::unique_ptr<Cgroup> cgroup_;
  std::optional<UserNamespace> user_namespace_;
  std::vector<Fd> streams_;
  std::optional<Init> init_;
  std::uint64_t began_at_ = 0, ready_at_ = 0, released_at_ = 0, exec_at_ = 0, death_at_ = 0, ended_at_ = 0;
  std::array<std::uint64_t, kStageCount> marks_{};  ///< monotonic ns; init's are added by wait()
};

}  // namespace hermetric
