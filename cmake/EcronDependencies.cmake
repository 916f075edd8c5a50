# All dependencies are packages of Debian bookworm, listed in scripts/install-packages. Header directories are system
# directories, so that their warnings are suppressed.

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json program_options url)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(MARIADB REQUIRED IMPORTED_TARGET libmariadb)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)

find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_MYSQL soci_mysql REQUIRED)
find_library(SOCI_SQLITE soci_sqlite3 REQUIRED)
find_library(MIMALLOC mimalloc REQUIRED)
add_library(ecron_soci INTERFACE)
target_link_libraries(ecron_soci INTERFACE ${SOCI_MYSQL} ${SOCI_SQLITE} ${SOCI_CORE} PkgConfig::MARIADB PkgConfig::SQLITE3)
target_include_directories(ecron_soci SYSTEM INTERFACE ${CMAKE_SYSROOT}/usr/include/mariadb)

# Asio is used without Boost.Coroutine and with one translation unit for its non-template parts.
add_library(ecron_asio INTERFACE)
target_compile_definitions(ecron_asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_libraries(ecron_asio INTERFACE Boost::headers Threads::Threads OpenSSL::SSL OpenSSL::Crypto)
