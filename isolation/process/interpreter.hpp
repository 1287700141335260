#pragma once

#include "isolation/process/child.hpp"

namespace hermetric {

/// Does a child's steps, in it. Where one fails, records which it was and ends the process; so does any that is done
/// after another process of the cell has recorded such a failure.
void run_steps(const ChildPlan& plan, const StepList& list, Actor actor);

}  // namespace hermetric
