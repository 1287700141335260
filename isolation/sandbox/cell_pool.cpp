#include "isolation/sandbox/cell_pool.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "isolation/host/idle_cpu.hpp"
#include "isolation/process/command_room.hpp"
#include "isolation/sys/system.hpp"

namespace hermetric {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kIdleCheck(2);
/// Where no CPU is ever idle a job still waits long enough for its turn that a cell now and then disturbs nobody.
constexpr milliseconds kPatience(100);

/// A pipe for one of a job's streams, its read end non-blocking.
Result<sys::Pipe> stream_pipe() {
  TRY_ASSIGN(sys::Pipe pipe, sys::pipe2(O_CLOEXEC));
  if (::fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK) != 0)
    return std::unexpected(Error::system("fcntl", "O_NONBLOCK", errno));
  return pipe;
}

void remove(PreparedCell cell) { (void)cell.sandbox->close(); }

}  // namespace

CellPool::CellPool(SandboxHost& host, std::size_t capacity)
    : host_(host), capacity_(capacity), maker_([this](const std::stop_token& stop) { loop(stop); }) {}

CellPool::~CellPool() {
  maker_.request_stop();
  maker_.join();
}

/// Called under the lock.
void CellPool::replace_expected(std::vector<SandboxSpec> needs) {
  if (needs.size() > capacity_) needs.resize(capacity_);
  expected_ = std::move(needs);
}

void CellPool::expect(std::vector<SandboxSpec> needs) {
  const std::lock_guard lock(mutex_);
  look_ahead_ = nullptr;
  replace_expected(std::move(needs));
  changed_.notify_all();
}

void CellPool::look_ahead(std::function<std::vector<SandboxSpec>()> needs) {
  const std::lock_guard lock(mutex_);
  look_ahead_ = std::move(needs);
  changed_.notify_all();
}

std::optional<PreparedCell> CellPool::take(const SandboxSpec& spec) {
  if (command_size(spec.candidates, spec.argv, spec.environment) > ChildMemory::kCommandRoom) return std::nullopt;
  const SandboxSpec need = need_of(spec);
  const std::lock_guard lock(mutex_);
  for (auto cell = ready_.begin(); cell != ready_.end(); ++cell) {
    if (!(cell->need == need) || !cell->sandbox->is_alive()) continue;
    std::optional<PreparedCell> taken(std::move(*cell));
    ready_.erase(cell);
    changed_.notify_all();
    return taken;
  }
  return std::nullopt;
}

std::size_t CellPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return ready_.size();
}

/// Of what is expected, the first that no waiting cell stands for. Called under the lock.
std::optional<SandboxSpec> CellPool::next_missing() const {
  std::vector<bool> counted(ready_.size());
  for (const SandboxSpec& need : expected_) {
    if (std::ranges::find(failed_, need) != failed_.end()) continue;
    std::size_t i = 0;
    while (i < ready_.size() && (counted[i] || !(ready_[i].need == need))) ++i;
    if (i == ready_.size()) return need;
    counted[i] = true;
  }
  return std::nullopt;
}

/// The waiting cell that no expected need stands for, or that is dead. Called under the lock.
std::optional<std::size_t> CellPool::unexpected() const {
  std::vector<SandboxSpec> open = expected_;
  for (std::size_t i = 0; i < ready_.size(); ++i) {
    const auto need = std::ranges::find(open, ready_[i].need);
    if (need == open.end() || !ready_[i].sandbox->is_alive()) return i;
    open.erase(need);
  }
  return std::nullopt;
}

void CellPool::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (look_ahead_) {
      const auto needs = std::exchange(look_ahead_, nullptr);
      lock.unlock();
      auto found = needs();
      lock.lock();
      replace_expected(std::move(found));
    } else if (const auto surplus = unexpected()) {
      PreparedCell cell = std::move(ready_[*surplus]);
      ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(*surplus));
      lock.unlock();
      remove(std::move(cell));
      lock.lock();
    } else if (const auto need = next_missing()) {
      lock.unlock();
      prepare(*need, stop);
      lock.lock();
    } else {
      changed_.wait(lock, stop, [this] { return look_ahead_ || next_missing() || unexpected(); });
    }
  }
  for (PreparedCell& cell : ready_) remove(std::move(cell));
  ready_.clear();
}

/// Waits for an idle CPU as long as the need lasts, then makes the cell.
void CellPool::prepare(const SandboxSpec& need, const std::stop_token& stop) {
  const auto latest = std::chrono::steady_clock::now() + kPatience;
  while (!a_cpu_is_idle() && std::chrono::steady_clock::now() < latest) {
    std::unique_lock lock(mutex_);
    const auto is_outdated = [&] { return look_ahead_ || next_missing() != need; };
    changed_.wait_for(lock, stop, kIdleCheck, is_outdated);
    if (stop.stop_requested() || is_outdated()) return;
  }
  auto made = make(need);
  const std::lock_guard lock(mutex_);
  if (made)
    ready_.push_back(*std::move(made));
  else
    failed_.push_back(need);
}

Result<PreparedCell> CellPool::make(const SandboxSpec& need) {
  PreparedCell cell;
  cell.need = need;
  TRY_ASSIGN(const Fd in, sys::open("/dev/null", O_RDONLY));
  TRY_ASSIGN(sys::Pipe out, stream_pipe());
  TRY_ASSIGN(sys::Pipe err, stream_pipe());
  TRY_ASSIGN(cell.sandbox, Sandbox::create(host_, need));
  TRY(cell.sandbox->prepare({in.get(), out.write_end.get(), err.write_end.get()}));
  TRY(cell.sandbox->wait_until_ready());
  cell.out = std::move(out.read_end);
  cell.err = std::move(err.read_end);
  return cell;
}

}  // namespace hermetric
