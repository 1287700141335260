#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isolation/sys/result.hpp"

namespace hermetric {

/// Splits a command into words by the quoting rules of sh(1), without a shell: nothing is expanded. Error: a quote that
/// is not closed, no word at all, or an unquoted word that only a shell would understand, as "|" or ">out".
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace hermetric
