# How every folder of src/ becomes a target: `obi_folder(name DEPENDS …)` builds all *.cpp of the folder except the
# *_test.cpp into the static library `name`, and those into the test program `name_test`.
# The layering (who may include whom) is the DEPENDS list; tools/check_layers.py holds the #includes against it.

# char is signed by default on amd64 only; code that asks "c < 0" for bytes beyond ASCII must mean the same everywhere.
add_library(obi_options INTERFACE)
target_compile_options(obi_options INTERFACE
  -fsigned-char
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
  -Wno-unused-parameter)
target_include_directories(obi_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(OBI_SANITIZE)
  target_compile_options(obi_options INTERFACE -fsanitize=${OBI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(obi_options INTERFACE -fsanitize=${OBI_SANITIZE})
endif()

if(OBI_FUZZ)
  target_compile_options(obi_options INTERFACE -fsanitize=fuzzer-no-link)  # coverage of what is fuzzed
endif()

if(CMAKE_UNITY_BUILD)
  # A unity source includes what would be main files, where types of an anonymous namespace are as they should be.
  target_compile_options(obi_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Threads REQUIRED)
if(OBI_TESTS)
  find_package(GTest REQUIRED)
endif()

# Each header of a folder compiles by itself: the target all_verify_interface_header_sets holds them to it.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ${OBI_TESTS})
function(obi_headers target scope)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.hpp)
  list(FILTER headers EXCLUDE REGEX "_fixture\\.hpp$")  # of tests
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${headers})
endfunction()

function(obi_folder name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK;TEST_LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(tests)
    list(REMOVE_ITEM sources ${tests})
  endif()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC obi_options ${ARG_DEPENDS} fmt::fmt spdlog::spdlog Threads::Threads ${ARG_LINK})
    obi_headers(${name} PUBLIC)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE obi_options ${ARG_DEPENDS} fmt::fmt spdlog::spdlog Threads::Threads ${ARG_LINK})
    obi_headers(${name} INTERFACE)
  endif()
  if(tests AND OBI_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} source_folder GTest::gmock GTest::gtest_main ${ARG_TEST_LINK})
    # What is tested is optimised as it is shipped; the tests themselves compile three times as fast without.
    target_compile_options(${name}_test PRIVATE -O0 -g1)
    set_target_properties(${name}_test PROPERTIES UNITY_BUILD OFF)  # tests of one folder use the same short names
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit)
  endif()
endfunction()
