#include "isolation/process/launcher.hpp"

#include <linux/futex.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>

#include "isolation/process/command_room.hpp"
#include "isolation/process/raw_syscall.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kRecordSize = (sizeof(ChildRecord) + kPage - 1) / kPage * kPage;
constexpr std::size_t kInitStackOffset = kPage;
constexpr std::size_t kJobStackOffset = kInitStackOffset + ChildMemory::kStackSize + kPage;
constexpr std::size_t kRecordOffset = kJobStackOffset + ChildMemory::kStackSize;
constexpr std::size_t kCommandOffset = kRecordOffset + kRecordSize;
constexpr std::size_t kTotalSize = kCommandOffset + ChildMemory::kCommandRoom;

}  // namespace

Result<ChildMemory> ChildMemory::create() {
  // Shared, so that there is one record even where the job's first steps run on a copy of the memory (interpreter.cpp).
  void* base = ::mmap(nullptr, kTotalSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (base == MAP_FAILED) return std::unexpected(Error::system("mmap", "child memory", errno));
  ChildMemory memory(static_cast<char*>(base));
  for (const std::size_t guard : {std::size_t{0}, kJobStackOffset - kPage})
    if (::mprotect(memory.base_ + guard, kPage, PROT_NONE) != 0)
      return std::unexpected(Error::system("mprotect", "child memory", errno));
  new (memory.base_ + kRecordOffset) ChildRecord;
  return memory;
}

ChildMemory::ChildMemory(ChildMemory&& other) noexcept : base_(std::exchange(other.base_, nullptr)) {}

ChildMemory::~ChildMemory() {
  if (base_ != nullptr) ::munmap(base_, kTotalSize);
}

ChildRecord& ChildMemory::record() const {
  return *std::launder(reinterpret_cast<ChildRecord*>(base_ + kRecordOffset));
}
void* ChildMemory::init_stack() const { return base_ + kInitStackOffset; }
void* ChildMemory::job_stack() const { return base_ + kJobStackOffset; }
std::span<char> ChildMemory::command_room() const { return {base_ + kCommandOffset, kCommandRoom}; }

Result<RawChild> clone_sharing_memory(std::uint64_t flags, void* stack, std::size_t stack_size, void (*entry)(void*),
                                      void* argument) {
  int pidfd = -1;
  clone_args args{};
  args.flags = flags | CLONE_VM | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.stack = reinterpret_cast<std::uint64_t>(stack);
  args.stack_size = stack_size;
  // The child must run no handler of ours: it would do so on shared memory with this thread's thread-local storage.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const long pid = raw::clone3(&args, entry, argument);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return std::unexpected(Error::system("clone3", "", static_cast<int>(-pid)));
  return RawChild{Fd(pidfd), static_cast<pid_t>(pid)};
}

Result<Init> Init::launch(std::shared_ptr<const Plan> plan, std::uint64_t namespace_flags) {
  // Init ends with kill(-1): without a PID namespace of its own that would be every process of the host.
  if ((namespace_flags & CLONE_NEWPID) == 0) return std::unexpected(Error::system("launch", "init", EINVAL));
  TRY_ASSIGN(ChildMemory memory, ChildMemory::create());
  Init init(std::move(memory), std::move(plan));
  init.view_ = std::make_unique<ChildPlan>(init.plan_->view());
  init.view_->record = &init.memory_.record();
  init.view_->job_stack = init.memory_.job_stack();
  init.view_->job_stack_size = ChildMemory::kStackSize;
  TRY_ASSIGN(RawChild child, clone_sharing_memory(namespace_flags, init.memory_.init_stack(), ChildMemory::kStackSize,
                                                  init_main, init.view_.get()));
  init.pidfd_ = std::move(child.pidfd);
  init.pid_ = child.pid;
  return init;
}

Init::~Init() {
  if (pid_ < 0 || !pidfd_.valid() || reaped_) return;
  (void)sys::pidfd_send_signal(pidfd_, SIGKILL);
  (void)wait();
}

Status Init::signal(int number) { return sys::pidfd_send_signal(pidfd_, number); }

Status Init::release(const std::vector<std::string>& candidates, const std::vector<std::string>& argv,
                     const std::vector<std::string>& environment) {
  ChildRecord& record = memory_.record();
  if (record.released != 0) return std::unexpected(Error("this job has its command already"));
  const auto command = write_command(memory_.command_room(), candidates, argv, environment);
  if (!command) return std::unexpected(Error::system("release", argv.empty() ? "" : argv.front(), E2BIG));
  record.given = *command;
  __atomic_store_n(&record.released, 1U, __ATOMIC_RELEASE);
  ::syscall(SYS_futex, &record.released, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  return {};
}

Status Init::wait() {
  if (reaped_) return {};
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | __WALL) != 0)
    if (errno != EINTR) return std::unexpected(Error::system("waitid", "init", errno));
  reaped_ = true;
  return {};
}

}  // namespace hermetric
