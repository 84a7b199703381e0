# cmake --install: the component `runtime` is what a program with kernels needs, the component
# `compiler` is the command that makes kernels. What is installed can be moved.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/gaze)

set(libraries gaze_runtime)
if(TARGET gaze_gpu)
  list(APPEND libraries gaze_gpu)
endif()
install(TARGETS ${libraries} EXPORT gaze_runtime
  ARCHIVE COMPONENT runtime
  LIBRARY COMPONENT runtime)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/runtime/include/gaze
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT runtime)
install(EXPORT gaze_runtime NAMESPACE gaze:: FILE gazeRuntime.cmake
  DESTINATION ${package} COMPONENT runtime)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)

# The runtime library has a part of Halide in it, and the compiler all of it.
install(FILES ${Halide_DIR}/../../../share/doc/Halide/LICENSE.txt RENAME LICENSE.Halide OPTIONAL
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)

set(GAZE_PATTERNS ${CMAKE_INSTALL_DATADIR}/gaze/patterns)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gazeConfig.cmake.in gazeConfig.cmake
  INSTALL_DESTINATION ${package} PATH_VARS GAZE_PATTERNS NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(gazeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/gazeConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/gazeConfigVersion.cmake
    ${CMAKE_CURRENT_LIST_DIR}/gaze_add_kernel.cmake
  DESTINATION ${package} COMPONENT runtime)

if(GAZE_BUILD_COMPILER)
  # Halide comes from a Python package, so the program brings it along; all else is of the system.
  set(private ${CMAKE_INSTALL_LIBDIR}/gaze)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_FULL_BINDIR}
    OUTPUT_VARIABLE libraries)
  set_target_properties(gaze PROPERTIES
    INSTALL_RPATH "$ORIGIN/${libraries}/gaze;$ORIGIN/${libraries};${LLVM_LIBRARY_DIR}")
  install(TARGETS gaze EXPORT gaze_compiler RUNTIME COMPONENT compiler)
  install(EXPORT gaze_compiler NAMESPACE gaze:: FILE gazeCompiler.cmake
    DESTINATION ${package} COMPONENT compiler)
  install(FILES $<TARGET_FILE:Halide::Halide> DESTINATION ${private} COMPONENT compiler)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/patterns
    DESTINATION ${CMAKE_INSTALL_DATADIR}/gaze COMPONENT compiler)
endif()
