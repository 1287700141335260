#include <cstdint>
#include <cstdlib>

#include "reports/model/report_json.hpp"

// A report that could be read says the same when it is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hermetric;
  const auto report = run_from_json_text({reinterpret_cast<const char*>(data), size});
  if (!report) {
    if (report.error().message().empty()) std::abort();
    return 0;
  }
  const std::string text = run_to_json_text(*report);
  const auto again = run_from_json_text(text);
  if (!again || run_to_json_text(*again) != text) std::abort();
  return 0;
}
