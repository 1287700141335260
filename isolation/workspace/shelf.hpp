#pragma once

#include <string>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// Directories for the scratch of cells, a few cells on each in turn. ext4 makes a file in the block group of its
/// directory, and without a journal does not use the inode of a file deleted in the last minute again but looks at all
/// of them on every creation (recently_deleted() in fs/ext4/ialloc.c). A cell makes and removes some twenty files, so
/// hundreds of cells in one directory make each of these slow. A group that was never used costs once, too, so that the
/// next is taken only now and then. A shelf gets a group of its own, always the same, by the attribute "top of
/// directory hierarchies" of the directory above it (chattr(1)); file systems without it ignore all this.

/// Where in `parent` the cell of this number has its directory. Nothing is made yet.
std::string shelf_in(const std::string& parent, unsigned number);

/// mkdir(2), mode 0700, and before it of the shelf that `directory` lies on, if it does.
Status make_on_shelf(const std::string& directory);

/// remove_tree(), and of the shelf as soon as nothing else lies on it.
Status remove_from_shelf(const std::string& directory);

}  // namespace hermetric
