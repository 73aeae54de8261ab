// SPDX-License-Identifier: Apache-2.0
// Names of programs, procedures and authentication flavors: RFC 1833 (rpcbind), 1813 (NFS 3, mount,
// lock manager), 1094 (NFS 2), 7530 (NFS 4), the registry of RPC program numbers (rpc(5)). Constant
// data.
#pragma once
#include <cstdint>
#include <string_view>

namespace obi::protocol::sunrpc {

/// "nfs"; empty if the number has no well-known name.
std::string_view program_name(std::uint32_t program);
/// "GETATTR"; empty if it has no well-known name. Procedure 0 does nothing in every program.
std::string_view procedure_name(std::uint32_t program, std::uint32_t version,
                                std::uint32_t procedure);
/// "auth_sys"; empty if unknown.
std::string_view auth_flavor_name(std::uint32_t flavor);

}  // namespace obi::protocol::sunrpc
