#include "isolation/host/idle_cpu.hpp"

#include <thread>

#include "isolation/host/host_text.hpp"
#include "isolation/sys/files.hpp"

namespace hermetric {

bool a_cpu_is_idle(const std::string& loadavg) {
  const auto load = parse_loadavg(read_file(loadavg).value_or(""));
  return load && load->running_tasks <= std::thread::hardware_concurrency();  // one of them is this thread
}

}  // namespace hermetric
