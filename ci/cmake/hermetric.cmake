# How a folder becomes a library and its tests. Each folder is one static library named after its path
# (isolation/sys -> isolation_sys); what it links is what it may include, and ci/check-layers checks the rest.

add_library(hermetric_flags INTERFACE)
target_include_directories(hermetric_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(hermetric_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast)
if(HERMETRIC_WERROR)
  target_compile_options(hermetric_flags INTERFACE -Werror)
  # g++ 12 warns of overlap inside std::string itself (gcc.gnu.org/PR105329), and of a free of the error that a
  # std::expected with a value does not hold: shown, but no error.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(hermetric_flags INTERFACE -Wno-error=restrict -Wno-error=free-nonheap-object)
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")  # libstdc++ 12's own std::stable_sort() calls what it deprecates
    target_compile_options(hermetric_flags INTERFACE -Wno-error=deprecated-declarations)
  endif()
endif()
target_compile_definitions(hermetric_flags INTERFACE FMT_HEADER_ONLY HERMETRIC_VERSION="${PROJECT_VERSION}")

# hermetric_library(isolation_sys SOURCES a.cpp b.cpp PUBLIC isolation_types PRIVATE yaml-cpp)
function(hermetric_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC hermetric_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE hermetric_flags ${ARG_PUBLIC})
  endif()
endfunction()

# What presets with a sanitizer build: the tests that they run, and no library that none of these needs.
add_custom_target(selected_tests)

# hermetric_test(cgroup_text_test SOURCES cgroup_text_test.cpp LINK isolation_cgroup LABELS unit)
# SERIAL: not beside another test.
function(hermetric_test name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(HERMETRIC_TESTS AND NOT HERMETRIC_TESTS IN_LIST ARG_LABELS)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(selected_tests ${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest GTest::gtest_main)
  if(HERMETRIC_STATIC AND "root" IN_LIST ARG_LABELS)
    target_link_options(${name} PRIVATE -static) # for the test machines of ci/vm: a third of the time to start there
  endif()
  target_compile_definitions(${name} PRIVATE HERMETRIC_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>) # of the test's own code: half the time to build it
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} RUN_SERIAL ${ARG_SERIAL})
endfunction()

# hermetric_fuzzer(mountinfo_fuzz LINK isolation_sys CORPUS corpus/mountinfo): mountinfo_fuzz.cpp, by libFuzzer in the
# preset `fuzz` and everywhere else a test that takes each file of the corpus once.
add_custom_target(fuzzers)
function(hermetric_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS" "LINK" ${ARGN})
  if(HERMETRIC_TESTS AND NOT HERMETRIC_TESTS STREQUAL "unit")
    return()
  endif()
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  add_dependencies(fuzzers ${name})
  if(HERMETRIC_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/ci/cmake/fuzz_corpus_main.cpp)
  add_dependencies(selected_tests ${name})
  add_test(NAME ${name} COMMAND ${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS})
  set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 60)
endfunction()
