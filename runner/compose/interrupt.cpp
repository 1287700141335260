#include "runner/compose/interrupt.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

namespace hermetric {
namespace {

// A signal handler reaches nothing but globals.
const Event* interrupt_event = nullptr;
std::atomic<int> interrupt_signal{0};

void on_interrupt(int signal) {
  const int saved = errno;
  int none = 0;
  interrupt_signal.compare_exchange_strong(none, signal);
  interrupt_event->set();
  errno = saved;
}

}  // namespace

Result<const Event*> catch_interrupts() {
  if (interrupt_event != nullptr) return interrupt_event;
  TRY_ASSIGN(Event event, Event::create());
  interrupt_event = new Event(std::move(event));
  struct sigaction action{};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return interrupt_event;
}

std::optional<int> caught_interrupt() {
  const int signal = interrupt_signal.load();
  return signal == 0 ? std::nullopt : std::optional(signal);
}

}  // namespace hermetric
