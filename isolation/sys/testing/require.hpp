#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

namespace hermetric::testing {

/// True if HERMETRIC_REQUIRE ("root,cgroup") names this capability: the machine should have it, so a test that lacks it
/// must fail and not skip.
inline bool is_required(std::string_view capability) {
  const char* list = std::getenv("HERMETRIC_REQUIRE");
  std::istringstream words(list != nullptr ? list : "");
  for (std::string word; std::getline(words, word, ',');)
    if (word == capability) return true;
  return false;
}

/// True on an emulated machine (HERMETRIC_EMULATED=1, which ci/vm sets): a clock means little there, so that tests
/// check identities and leave tolerances to a real one.
inline bool is_emulated() { return std::getenv("HERMETRIC_EMULATED") != nullptr; }

}  // namespace hermetric::testing

/// HERMETRIC_NEED("root", geteuid() == 0, "not root"): goes on if the condition holds; otherwise skips the test with
/// the reason, or fails it when HERMETRIC_REQUIRE names the capability. Works in TEST bodies and in SetUp().
#define HERMETRIC_NEED(capability, condition, reason)                                          \
  do {                                                                                         \
    if (!(condition)) {                                                                        \
      if (::hermetric::testing::is_required(capability))                                       \
        FAIL() << "needs " << (capability) << ", which HERMETRIC_REQUIRE names: " << (reason); \
      GTEST_SKIP() << "needs " << (capability) << ": " << (reason);                            \
    }                                                                                          \
  } while (false)
