# Flags for our own sources only. They are linked privately behind BUILD_INTERFACE, so a project that
# uses an installed flatline never sees them.
add_library(flatline_build_flags INTERFACE)
# Contraction would let one compiler fuse a multiply and an add that another does not: results differ.
target_compile_options(flatline_build_flags INTERFACE -ffp-contract=off
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wcast-align)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # __int128 holds exact sums of squared nanoseconds; -Wpedantic rejects it only in g++.
  # -Wrestrict misfires on std::string concatenation in g++ 12 (GCC bug 105651).
  target_compile_options(flatline_build_flags INTERFACE -Wno-pedantic -Wno-restrict)
endif()
if(FLATLINE_DEVELOPER)
  target_compile_options(flatline_build_flags INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
endif()
if(FLATLINE_SANITIZE)
  add_compile_options(-fsanitize=${FLATLINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FLATLINE_SANITIZE})
endif()
