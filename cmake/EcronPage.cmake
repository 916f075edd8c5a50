# The web page (web/), built by npm and embedded in the binary: web/dist → compressed files → #embed.
option(ECRON_UI "Embed the web page; requires Node 20.19 or later and npm" ON)
set(ECRON_UI_DIST "" CACHE PATH "Folder with a page that was built earlier, such as web/dist; empty: build it")

# Node and npm from PATH (scripts/node-toolchain prints a folder for it).
function(ecron_find_node)
  find_program(ECRON_NODE node)
  find_program(ECRON_NPM npm)
  set(version 0)
  if(ECRON_NODE)
    execute_process(COMMAND ${ECRON_NODE} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(REGEX REPLACE "^v" "" version "${version}")
  endif()
  if(NOT ECRON_NODE OR version VERSION_LESS 20.19 OR NOT (ECRON_NPM OR ECRON_UI_DIST))
    unset(ECRON_NODE CACHE)  # look again next time
    unset(ECRON_NPM CACHE)
    message(FATAL_ERROR
      "The web page requires Node 20.19 or later and npm (found node: ${version}). Put them on PATH, for example with "
      "PATH=$(scripts/node-toolchain):$PATH, or build ecron without the page: -DECRON_UI=OFF")
  endif()
endfunction()

# The document of this build's API, against which the page is compiled: openapi.json in the build folder (target openapi).
# It is only replaced if it has changed.
function(ecron_api_document result)
  set(document ${PROJECT_BINARY_DIR}/openapi.json)
  add_custom_command(OUTPUT ${document}
    COMMAND ecron_openapi >${document}.new
    COMMAND ${CMAKE_COMMAND} -E copy_if_different ${document}.new ${document}
    DEPENDS ecron_openapi COMMENT "Writing the document of the API")
  add_custom_target(openapi DEPENDS ${document})
  set(${result} ${document} PARENT_SCOPE)
endfunction()

# The custom commands that build web/dist. They run again only if the sources of the page, its dependencies or the
# document of the API have changed; without changes a build needs no network.
function(ecron_build_page document)
  set(web ${PROJECT_SOURCE_DIR}/web)
  get_filename_component(tools ${ECRON_NODE} DIRECTORY)
  set(npm ${CMAKE_COMMAND} -E env "PATH=${tools}:$ENV{PATH}" ${ECRON_NPM})
  # npm writes this file last.
  add_custom_command(OUTPUT ${web}/node_modules/.package-lock.json
    COMMAND ${npm} ci --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${web}/node_modules/.package-lock.json
    DEPENDS ${web}/package.json ${web}/package-lock.json
    WORKING_DIRECTORY ${web} COMMENT "Installing the dependencies of the web page")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/scripts/* ${web}/public/*)
  list(FILTER sources EXCLUDE REGEX "/src/api/schema\\.d\\.ts$")  # written by the build
  # The editor shows the reference of the members of a job.
  list(APPEND sources ${PROJECT_SOURCE_DIR}/docs/jobs.md ${PROJECT_SOURCE_DIR}/docs/zh-CN/jobs.md)
  file(GLOB settings CONFIGURE_DEPENDS ${web}/*.ts ${web}/*.json ${web}/*.html ${web}/*.cjs ${web}/*.mjs)
  add_custom_command(OUTPUT ${web}/dist/index.html
    COMMAND ${CMAKE_COMMAND} -E env "ECRON_OPENAPI=${document}" ${npm} run --silent build
    COMMAND ${CMAKE_COMMAND} -E touch ${web}/dist/index.html
    DEPENDS ${sources} ${settings} ${document} ${web}/node_modules/.package-lock.json
    WORKING_DIRECTORY ${web} COMMENT "Building the web page")
  add_custom_target(page DEPENDS ${web}/dist/index.html)
endfunction()

# ecron_page(RESULT): sets RESULT to the source that defines ecron::ui::embedded_files().
function(ecron_page result)
  if(NOT CMAKE_CROSSCOMPILING)
    ecron_api_document(document)
  endif()
  if(NOT ECRON_UI)
    set(${result} without_page.cpp PARENT_SCOPE)
    return()
  endif()
  ecron_find_node()
  set(dist ${ECRON_UI_DIST})
  if(NOT dist)
    if(CMAKE_CROSSCOMPILING)
      message(FATAL_ERROR "ECRON_UI_DIST is required: the page is compiled against the document that a native build writes")
    endif()
    set(dist ${PROJECT_SOURCE_DIR}/web/dist)
    ecron_build_page(${document})
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  add_custom_command(OUTPUT ${folder}/embedded_files.cpp
    COMMAND ${ECRON_NODE} ${CMAKE_CURRENT_SOURCE_DIR}/embed.mjs ${dist} ${folder}
    DEPENDS embed.mjs ${dist}/index.html
    COMMENT "Compressing the web page")
  # #embed is an extension in C++23.
  set_source_files_properties(${folder}/embedded_files.cpp PROPERTIES COMPILE_OPTIONS -Wno-c23-extensions)
  set(${result} ${folder}/embedded_files.cpp PARENT_SCOPE)
endfunction()
