#pragma once

#include "isolation/process/user_namespace.hpp"
#include "isolation/sys/result.hpp"

namespace hermetric {

/// True if this process may do what root may: all of kRootCapabilities are effective.
bool is_privileged();

/// Makes this process, which must have one thread, root of a user namespace of its own (user_namespaces(7)). It stays
/// who it is for the rest of the host, and can then make the other namespaces. Its own user and group are 0 there; the
/// ids from 1 on are those that the host lends this user (subordinate_ids.hpp), or there are none. Without them the
/// groups besides its own stay with it and its jobs: the kernel lets nobody drop them unasked.
/// Returns the ids as this process sees them from now on. Error: why the host refuses, and what would help.
Result<IdMap> become_root_of_own_namespace();

}  // namespace hermetric
