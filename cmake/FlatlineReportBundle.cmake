# The interactive charts of the HTML report: npm and esbuild bundle them with Apache ECharts at build time, and the
# bundle goes into flatline_report as bytes. Without npm, or if it fails, the report has its static charts alone.
option(FLATLINE_REPORT_JS "Embed the interactive charts in reports (needs npm at build time)" ON)

if(NOT CMAKE_SCRIPT_MODE_FILE)
  get_target_property(report_kind flatline_report TYPE)
  if(report_kind STREQUAL "INTERFACE_LIBRARY" OR NOT FLATLINE_REPORT_JS)
    return()
  endif()
  find_program(FLATLINE_NPM npm)
  find_program(FLATLINE_NODE NAMES node nodejs)
  mark_as_advanced(FLATLINE_NPM FLATLINE_NODE)
  if(NOT FLATLINE_NPM OR NOT FLATLINE_NODE)
    message(STATUS "npm or node not found: reports will have static charts only")
    return()
  endif()
  set(bundle_source ${PROJECT_SOURCE_DIR}/src/report/bundle)
  set(bundle_build ${PROJECT_BINARY_DIR}/report-bundle)
  file(GLOB bundle_inputs CONFIGURE_DEPENDS ${bundle_source}/*.js ${bundle_source}/*.mjs ${bundle_source}/*.json)
  add_custom_command(
    OUTPUT ${bundle_build}/bundle_bytes.cpp
    COMMAND ${CMAKE_COMMAND} -DNPM=${FLATLINE_NPM} -DNODE=${FLATLINE_NODE} -DSOURCE=${bundle_source}
            -DBUILD=${bundle_build} -P ${CMAKE_CURRENT_LIST_FILE}
    DEPENDS ${bundle_inputs} ${CMAKE_CURRENT_LIST_FILE}
    COMMENT "Bundling the report's charts" VERBATIM)
  target_sources(flatline_report PRIVATE ${bundle_build}/bundle_bytes.cpp)
  target_compile_definitions(flatline_report PRIVATE FLATLINE_REPORT_BUNDLE)
  if(FLATLINE_INSTALL)
    install(FILES ${bundle_build}/THIRD-PARTY.txt DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
  endif()
  return()
endif()

# From here on: what the build runs, as a script.
function(write_bytes hex size)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n"
         bytes "${bytes}")
  file(WRITE ${BUILD}/bundle_bytes.cpp "// Made by the build from src/report/bundle.
#include <cstddef>

#include \"report/bundle.hpp\"

namespace flatline::report {
const unsigned char kBundleBytes[] = {
${bytes}};
const std::size_t kBundleSize = ${size};
}  // namespace flatline::report
")
endfunction()

function(give_up what)
  message("The report's charts could not be bundled (${what}). Reports will have static charts only; to try again "
          "delete ${BUILD}.")
  file(REMOVE ${BUILD}/THIRD-PARTY.txt)
  write_bytes("00" 0)
endfunction()

file(MAKE_DIRECTORY ${BUILD})
file(GLOB inputs ${SOURCE}/*.js ${SOURCE}/*.mjs ${SOURCE}/*.json)
file(COPY ${inputs} DESTINATION ${BUILD})
# The packages are fetched once for each lock file.
file(SHA256 ${SOURCE}/package-lock.json lock)
set(fetched "")
if(EXISTS ${BUILD}/fetched)
  file(READ ${BUILD}/fetched fetched)
endif()
if(NOT fetched STREQUAL lock)
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
                  WORKING_DIRECTORY ${BUILD} RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE error TIMEOUT 300)
  if(failed)
    give_up("npm ci: ${error}")
    return()
  endif()
  file(WRITE ${BUILD}/fetched ${lock})
endif()
execute_process(COMMAND ${NODE} ${BUILD}/build.mjs ${BUILD}
                WORKING_DIRECTORY ${BUILD} RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE error TIMEOUT 120)
if(failed)
  give_up("esbuild: ${error}")
  return()
endif()
file(READ ${BUILD}/bundle.js.gz hex HEX)
file(SIZE ${BUILD}/bundle.js.gz size)
write_bytes("${hex}" ${size})
