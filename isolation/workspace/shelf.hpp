#pragma once

#include <string>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// Where on disk the scratch of cells lies, a few cells in the same block group and then in the next. ext4 makes a file
/// in the block group of its directory, and without a journal does not use the inode of a file deleted in the last
/// minute again but looks at all of them on every creation (recently_deleted() in fs/ext4/ialloc.c). A cell makes and
/// removes some twenty files, so hundreds of cells in one group make each of these slow. A group that was never used
/// costs once, too, so that the next is taken only now and then. In a directory with the attribute "top of directory
/// hierarchies" (chattr(1)) ext4 chooses the group of a new directory by its name: a cell's is made under the name of
/// its shelf, of which there are some hundred, and then renamed. Other file systems ignore all this.

/// Gives `parent` that attribute, where its file system knows it.
void spread_shelves_of(const std::string& parent);

/// The directory in `parent` of the cell of this number. Nothing is made yet.
std::string place_on_shelf(const std::string& parent, unsigned number, const std::string& cell);

/// mkdir(2), mode 0700; of a place on a shelf as above.
Status make_on_shelf(const std::string& directory);

/// Removes what make_on_shelf() leaves besides `directory` when it is killed.
void clear_shelf_of(const std::string& directory);

}  // namespace hermetric
