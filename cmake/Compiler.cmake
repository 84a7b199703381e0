# The command `gaze` and what it is made of: the part that needs LLVM, Boost and Cairo.
find_package(MLIR REQUIRED CONFIG PATHS /usr/lib/llvm-22) # where Debian has it
find_package(LLD REQUIRED CONFIG PATHS /usr/lib/llvm-22)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(Cairo REQUIRED IMPORTED_TARGET cairo)

list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)

add_library(gaze_mlir_options INTERFACE)
target_link_libraries(gaze_mlir_options INTERFACE gaze_options)
target_include_directories(gaze_mlir_options SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
separate_arguments(llvm_definitions NATIVE_COMMAND ${LLVM_DEFINITIONS})
target_compile_options(gaze_mlir_options INTERFACE ${llvm_definitions})

# Where the pattern library is, seen from the program; a build folder looks like an installation.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_DATADIR BASE_DIRECTORY ${CMAKE_INSTALL_FULL_BINDIR}
  OUTPUT_VARIABLE GAZE_PATTERNS_FROM_PROGRAM)
string(APPEND GAZE_PATTERNS_FROM_PROGRAM /gaze/patterns)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/gaze)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/patterns ${PROJECT_BINARY_DIR}/share/gaze/patterns SYMBOLIC)

add_subdirectory(dsl)
add_subdirectory(compiler)
add_subdirectory(tools)
