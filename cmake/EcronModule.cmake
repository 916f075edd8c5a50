# A module's headers are reached through a folder of links, one for its public and one for its private headers. So a module
# sees the public headers of the modules that it declares in DEPS and its own private ones; any other include does not
# compile (test/visibility).
function(ecron_link_headers name)
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  set(links ${PROJECT_BINARY_DIR}/visible/${name})
  file(MAKE_DIRECTORY ${links}/public/ecron ${links}/private)
  if(EXISTS ${PROJECT_SOURCE_DIR}/include/ecron/${folder})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/ecron/${folder} ${links}/public/ecron/${folder} SYMBOLIC)
  endif()
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${links}/private/${folder} SYMBOLIC)
  target_include_directories(ecron_${name} PUBLIC ${links}/public PRIVATE ${links}/private)
endfunction()

# ecron_module(name SOURCES … DEPS …): one library ecron_<name>; DEPS are its permitted dependencies.
function(ecron_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(ecron_${name} STATIC ${ARG_SOURCES})
  ecron_link_headers(${name})
  target_link_libraries(ecron_${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  ecron_precompile(ecron_${name} ecron_precompiled)
endfunction()

# How programs of tests are compiled.
function(ecron_test_program target)
  if(ECRON_SANITIZE)  # not optimised: instrumented, they would take three times as long to compile
    target_compile_options(${target} PRIVATE -O0)
  endif()
  ecron_precompile(${target} ecron_precompiled_test)
endfunction()

# ecron_test(name SOURCES … DEPS … [LABELS …]): one Catch2 program test_<name>, run as a single ctest test. Unit tests
# (the default label) have no requirements. Other labels name the required service, which scripts/test provides:
# mariadb (ECRON_TEST_MYSQL_HOST, _PORT, _USER, _PASSWORD, see scripts/with-mariadb), oracle (ECRON_ROBFIG_ORACLE, …),
# e2e.
function(ecron_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(test_${name} ${ARG_SOURCES})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/test)
  target_link_libraries(test_${name} PRIVATE ${ARG_DEPS} Catch2::Catch2WithMain)
  ecron_test_program(test_${name})
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 900)
  if("unit" IN_LIST ARG_LABELS)
    add_dependencies(unit_tests test_${name})
  endif()
endfunction()
