#include <cstdint>
#include <cstdlib>

#include "isolation/sandbox/ledger_record.hpp"

// A record that could be read says the same when it is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hermetric;
  const auto record = ledger_record_from_text({reinterpret_cast<const char*>(data), size});
  if (!record) return 0;
  const auto again = ledger_record_from_text(to_text(*record));
  if (!again || to_text(*again) != to_text(*record)) std::abort();
  (void)paused_time_of(*record, 1'000'000);
  return 0;
}
