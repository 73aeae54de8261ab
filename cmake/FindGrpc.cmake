# gRPC's C++ library as Grpc::grpc++. Not by pkg-config, which takes 12 s to follow its hundred absl libraries; not by
# gRPC's own CMake package, which insists on the protobuf compiler.
find_path(Grpc_INCLUDE_DIR grpcpp/grpcpp.h)
foreach(library grpc++ grpc gpr)
  find_library(Grpc_${library}_LIBRARY ${library})
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Grpc DEFAULT_MSG Grpc_grpc++_LIBRARY Grpc_grpc_LIBRARY Grpc_gpr_LIBRARY Grpc_INCLUDE_DIR)
mark_as_advanced(Grpc_grpc++_LIBRARY Grpc_grpc_LIBRARY Grpc_gpr_LIBRARY Grpc_INCLUDE_DIR)
if(Grpc_FOUND AND NOT TARGET Grpc::grpc++)
  add_library(Grpc::grpc++ INTERFACE IMPORTED)
  target_include_directories(Grpc::grpc++ INTERFACE ${Grpc_INCLUDE_DIR})
  target_link_libraries(Grpc::grpc++ INTERFACE ${Grpc_grpc++_LIBRARY} ${Grpc_grpc_LIBRARY} ${Grpc_gpr_LIBRARY})
endif()
