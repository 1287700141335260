#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "isolation/process/plan.hpp"
#include "isolation/sys/fd.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// Memory that a maker and its CLONE_VM children share: the record, a stack each for init and the job's first moments,
/// every stack with a guard page below it, and room for a command that is given later.
class ChildMemory {
 public:
  static Result<ChildMemory> create();
  ChildMemory(ChildMemory&& other) noexcept;
  ChildMemory& operator=(ChildMemory&&) = delete;
  ChildMemory(const ChildMemory&) = delete;
  ChildMemory& operator=(const ChildMemory&) = delete;
  ~ChildMemory();

  [[nodiscard]] ChildRecord& record() const;
  [[nodiscard]] void* init_stack() const;
  [[nodiscard]] void* job_stack() const;
  [[nodiscard]] std::span<char> command_room() const;
  static constexpr std::size_t kStackSize = 32 << 10;
  static constexpr std::size_t kCommandRoom = 256 << 10;

 private:
  explicit ChildMemory(char* base) : base_(base) {}
  char* base_ = nullptr;
};

/// A running init. While it lives, the plan it was started with and this object must live too.
class Init {
 public:
  /// clone3(2) with CLONE_VM, CLONE_PIDFD and `namespace_flags`: no page table is copied however big the caller is.
  /// The child dies with the calling THREAD (PR_SET_PDEATHSIG), so launch from a thread that outlives it.
  static Result<Init> launch(std::shared_ptr<const Plan> plan, std::uint64_t namespace_flags);

  Init(Init&&) = default;
  Init& operator=(Init&&) = delete;
  /// Kills what still runs and reaps it.
  ~Init();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Readable when init, and with it every process of its PID namespace, is dead.
  [[nodiscard]] const Fd& pidfd() const { return pidfd_; }
  [[nodiscard]] const ChildRecord& record() const { return memory_.record(); }
  [[nodiscard]] const Plan& plan() const { return *plan_; }

  /// To init, which passes it on: see kKillAllSignal.
  Status signal(int number);
  /// Waits for the end of init and reaps it. After this the whole record may be read.
  Status wait();
  /// CLOCK_MONOTONIC ns at which a prepared job (Op::kAwaitCommand) began to wait, 0 before.
  [[nodiscard]] std::uint64_t ready_at() const { return __atomic_load_n(&memory_.record().ready_at, __ATOMIC_ACQUIRE); }
  /// Gives a prepared job its command, once. Error: E2BIG for more than ChildMemory::kCommandRoom, and it still waits.
  Status release(const std::vector<std::string>& candidates, const std::vector<std::string>& argv,
                 const std::vector<std::string>& environment);
  /// CLOCK_MONOTONIC ns at which the job was executed, 0 before: the one value to look at while init runs.
  [[nodiscard]] std::uint64_t exec_at() const { return __atomic_load_n(&memory_.record().exec_at, __ATOMIC_ACQUIRE); }

 private:
  Init(ChildMemory memory, std::shared_ptr<const Plan> plan) : memory_(std::move(memory)), plan_(std::move(plan)) {}

  ChildMemory memory_;
  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<ChildPlan> view_;
  Fd pidfd_;
  pid_t pid_ = -1;
  bool reaped_ = false;
};

/// A clone3 child that shares the caller's memory, started with every signal blocked. `entry` must not return.
struct RawChild {
  Fd pidfd;
  pid_t pid = -1;
};
Result<RawChild> clone_sharing_memory(std::uint64_t flags, void* stack, std::size_t stack_size, void (*entry)(void*),
                                      void* argument);

}  // namespace hermetric
