# Precompiled headers, which take a third off the time to compile a source. The release is compiled without them, so a
# header that is not included where it is used is found there.
option(ECRON_PRECOMPILE "Use precompiled headers" ON)

function(ecron_precompiled_library name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cpp CONTENT "")
  add_library(${name} STATIC ${PROJECT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  list(TRANSFORM ARG_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/cmake/)
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

if(ECRON_PRECOMPILE AND CMAKE_BUILD_TYPE STREQUAL "Debug")
  ecron_precompiled_library(ecron_precompiled HEADERS precompiled.hpp DEPS ecron_asio fmt::fmt Boost::json)
  if(ECRON_TESTS)
    ecron_precompiled_library(ecron_precompiled_test HEADERS precompiled.hpp precompiled_test.hpp
      DEPS ecron_asio fmt::fmt Boost::json Catch2::Catch2)
    if(ECRON_SANITIZE)
      target_compile_options(ecron_precompiled_test PRIVATE -O0)  # as ecron_test_program
    endif()
  endif()
endif()

# ecron_precompile(TARGET WITH): compiles its sources with one of the libraries above, if there is one.
function(ecron_precompile target with)
  if(TARGET ${with})
    target_precompile_headers(${target} REUSE_FROM ${with})
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()
