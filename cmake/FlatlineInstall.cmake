include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(flatline_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/flatline)
foreach(room IN LISTS flatline_rooms)
  install(TARGETS flatline_${room} EXPORT flatlineTargets FILE_SET HEADERS
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endforeach()
install(TARGETS flatline_all EXPORT flatlineTargets)
install(EXPORT flatlineTargets NAMESPACE flatline:: DESTINATION ${flatline_package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/flatlineConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/flatlineConfig.cmake INSTALL_DESTINATION ${flatline_package_dir})
# While the version is 0.x a minor release may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/flatlineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/flatlineConfig.cmake ${PROJECT_BINARY_DIR}/flatlineConfigVersion.cmake
        DESTINATION ${flatline_package_dir})
if(TARGET flatline)
  install(TARGETS flatline RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/flatline)
