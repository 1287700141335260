#pragma once

#include <string>
#include <vector>

namespace hermetric {

/// A name for `parts`, equal for equal ones: a UUID of version 5 (RFC 4122), so by SHA-1. Microseconds, where the first
/// digest of a cryptographic library takes a millisecond.
std::string digest_of(const std::vector<std::string>& parts);

}  // namespace hermetric
