# Compiler, language level and warnings for all targets.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "ecron is built with clang 19 or later (found ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}). "
    "g++ 12 destroys temporaries of co_await expressions twice. Use a preset: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Everything is linked into executables, so libraries are compiled as their other parts are.
add_compile_options(-fPIE)
add_link_options(-pie)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-designated-field-initializers -fno-omit-frame-pointer)
option(ECRON_WERROR "Treat warnings as errors (the presets do)" OFF)
if(ECRON_WERROR)
  add_compile_options(-Werror)
endif()
add_link_options(-fuse-ld=lld -Wl,--as-needed -Wl,-z,relro,-z,now,-z,noexecstack)

# Hardening against memory errors; scripts/check-hardening verifies it in the binary.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  set(branches -mbranch-protection=standard)
else()
  set(branches -fcf-protection=full)
endif()
add_compile_options("$<$<CONFIG:Release,RelWithDebInfo>:-fstack-protector-strong;${branches};-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")

# Assertions are always enabled: no configuration defines NDEBUG.
foreach(configuration DEBUG RELEASE RELWITHDEBINFO)
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_${configuration} "${CMAKE_CXX_FLAGS_${configuration}}")
endforeach()
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

set(ECRON_SANITIZE "" CACHE STRING "Sanitizers, as clang's -fsanitize names them")
if(ECRON_SANITIZE)
  add_compile_options(-fsanitize=${ECRON_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ECRON_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # With a precompiled header, ccache requires to be told that macros in it may be ignored.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
