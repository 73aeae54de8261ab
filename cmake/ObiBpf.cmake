# obi_bpf_skeleton(target source): compiles one BPF program set and generates its libbpf skeleton header
# <build>/bpf/<name>.skel.h; link `target` to use it. One object serves one architecture; CO-RE does the rest.
find_program(BPF_CLANG NAMES clang-19 clang-20 clang-18 clang REQUIRED)
find_program(BPF_STRIP NAMES llvm-strip-19 llvm-strip-20 llvm-strip-18 llvm-strip REQUIRED)
find_program(BPFTOOL bpftool PATHS /usr/sbin /usr/local/sbin /sbin REQUIRED)
pkg_check_modules(LIBBPF REQUIRED IMPORTED_TARGET libbpf>=1.3)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(BPF_TARGET_ARCH arm64)
else()
  set(BPF_TARGET_ARCH x86)
endif()
set(BPF_FLAGS -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_${BPF_TARGET_ARCH} -Wall -Wextra -Werror
    -Wno-unused-parameter -Wno-implicit-fallthrough -I${CMAKE_SYSROOT}/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})

if(NOT TARGET bpf_skeletons)
  add_custom_target(bpf_skeletons)  # all of them
endif()

function(obi_bpf_skeleton target source)
  get_filename_component(name ${source} NAME_WE)
  set(folder ${CMAKE_BINARY_DIR}/bpf)
  set(object ${folder}/${name}.bpf.o)
  set(skeleton ${folder}/${name}.skel.h)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${skeleton}
    COMMAND ${BPF_CLANG} ${BPF_FLAGS} -MD -MF ${object}.d -MT ${skeleton} -c ${source} -o ${object}
    COMMAND ${BPF_STRIP} -g ${object}
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name}_bpf > ${skeleton}
    DEPENDS ${source}
    DEPFILE ${object}.d
    COMMENT "BPF ${name}")
  add_custom_target(${target}_generate DEPENDS ${skeleton})
  add_dependencies(bpf_skeletons ${target}_generate)
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_generate)
  target_include_directories(${target} SYSTEM INTERFACE ${folder})
  target_link_libraries(${target} INTERFACE PkgConfig::LIBBPF)
endfunction()

# obi_bpf_headers(target folder): holds each header of the folder to what both compilers must agree on. It compiles by itself, and
# its structs have no hidden padding (-Wpadded).
function(obi_bpf_headers target folder)
  file(GLOB headers CONFIGURE_DEPENDS ${folder}/*.h)
  set(stamp ${CMAKE_BINARY_DIR}/bpf/${target}.stamp)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/bpf)
  set(commands)
  foreach(header ${headers})
    list(APPEND commands COMMAND ${BPF_CLANG} ${BPF_FLAGS} -Wpadded -fsyntax-only -x c -Wno-pragma-once-outside-header ${header})
  endforeach()
  add_custom_command(OUTPUT ${stamp} ${commands} COMMAND ${CMAKE_COMMAND} -E touch ${stamp} DEPENDS ${headers}
                     COMMENT "BPF headers of ${target}")
  add_custom_target(${target} DEPENDS ${stamp})
endfunction()
