# Toolchain for arm64 on another machine: clang with the Debian packages for arm64 in ECRON_SYSROOT
# (scripts/sysroot prepares it).
if(NOT DEFINED ECRON_SYSROOT)
  set(ECRON_SYSROOT "$ENV{ECRON_SYSROOT}")
endif()
if(NOT EXISTS "${ECRON_SYSROOT}/usr/include")
  message(FATAL_ERROR "ECRON_SYSROOT '${ECRON_SYSROOT}' contains no /usr/include; scripts/sysroot arm64 prints the path of one")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ECRON_SYSROOT)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_SYSROOT "${ECRON_SYSROOT}")
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_CXX_COMPILER_TARGET aarch64-linux-gnu)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
# The compiler is tried before the project's own link options.
set(CMAKE_EXE_LINKER_FLAGS_INIT -fuse-ld=lld)

set(CMAKE_FIND_ROOT_PATH "${ECRON_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_DIR} "")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${ECRON_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${ECRON_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${ECRON_SYSROOT}/usr/share/pkgconfig")
