// SPDX-License-Identifier: Apache-2.0
#include "protocol/sunrpc/names.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace obi::protocol::sunrpc {
namespace {

using Names = std::span<const std::string_view>;

struct Program {
  std::uint32_t number;
  std::string_view name;
};
constexpr std::array kPrograms = {
    Program{100000, "portmapper"}, Program{100001, "rstatd"},      Program{100002, "rusersd"},
    Program{100003, "nfs"},        Program{100004, "ypserv"},      Program{100005, "mountd"},
    Program{100007, "ypbind"},     Program{100008, "walld"},       Program{100009, "yppasswdd"},
    Program{100011, "rquotad"},    Program{100012, "sprayd"},      Program{100017, "rexd"},
    Program{100020, "llockmgr"},   Program{100021, "nlockmgr"},    Program{100024, "status"},
    Program{100026, "bootparam"},  Program{100028, "ypupdated"},   Program{100029, "keyserv"},
    Program{100068, "cmsd"},       Program{100083, "ttdbserver"},  Program{100099, "autofs"},
    Program{100227, "nfs_acl"},    Program{150001, "pcnfsd"},      Program{300019, "amd"},
    Program{395183, "vxi11_core"}, Program{395184, "vxi11_async"}, Program{395185, "vxi11_intr"},
    Program{400122, "nfs_cb"},
};

// By procedure number; "" where a number has no name.
constexpr std::array<std::string_view, 6> kPortmapper2 = {"NULL",    "SET",  "UNSET",
                                                          "GETPORT", "DUMP", "CALLIT"};
constexpr std::array<std::string_view, 13> kRpcbind = {
    "NULL",        "SET",         "UNSET",       "GETADDR",  "DUMP",        "BCAST",  "GETTIME",
    "UADDR2TADDR", "TADDR2UADDR", "GETVERSADDR", "INDIRECT", "GETADDRLIST", "GETSTAT"};
constexpr std::array<std::string_view, 18> kNfs2 = {
    "NULL",   "GETATTR", "SETATTR", "ROOT", "LOOKUP",  "READLINK", "READ",  "WRITECACHE", "WRITE",
    "CREATE", "REMOVE",  "RENAME",  "LINK", "SYMLINK", "MKDIR",    "RMDIR", "READDIR",    "STATFS"};
constexpr std::array<std::string_view, 22> kNfs3 = {
    "NULL",    "GETATTR",     "SETATTR", "LOOKUP", "ACCESS",   "READLINK", "READ",   "WRITE",
    "CREATE",  "MKDIR",       "SYMLINK", "MKNOD",  "REMOVE",   "RMDIR",    "RENAME", "LINK",
    "READDIR", "READDIRPLUS", "FSSTAT",  "FSINFO", "PATHCONF", "COMMIT"};
constexpr std::array<std::string_view, 2> kNfs4 = {"NULL", "COMPOUND"};
constexpr std::array<std::string_view, 2> kNfs4Callback = {"CB_NULL", "CB_COMPOUND"};
constexpr std::array<std::string_view, 8> kMount = {"NULL",    "MNT",    "DUMP",      "UMNT",
                                                    "UMNTALL", "EXPORT", "EXPORTALL", "PATHCONF"};
constexpr std::array<std::string_view, 24> kLock = {
    "NULL",     "TEST",       "LOCK",       "CANCEL",      "UNLOCK",      "GRANTED",
    "TEST_MSG", "LOCK_MSG",   "CANCEL_MSG", "UNLOCK_MSG",  "GRANTED_MSG", "TEST_RES",
    "LOCK_RES", "CANCEL_RES", "UNLOCK_RES", "GRANTED_RES", "SM_NOTIFY",   "",
    "",         "",           "SHARE",      "UNSHARE",     "NM_LOCK",     "FREE_ALL"};
constexpr std::array<std::string_view, 7> kStatus = {"NULL",      "STAT",       "MON",   "UNMON",
                                                     "UNMON_ALL", "SIMU_CRASH", "NOTIFY"};
constexpr std::array<std::string_view, 6> kNfsAcl = {"NULL",    "GETACL", "SETACL",
                                                     "GETATTR", "ACCESS", "GETXATTRDIR"};
constexpr std::array<std::string_view, 6> kQuota = {"NULL",     "GETQUOTA",       "GETACTIVEQUOTA",
                                                    "SETQUOTA", "SETACTIVEQUOTA", ""};

Names procedures_of(std::uint32_t program, std::uint32_t version) {
  switch (program) {
    case 100000: return version <= 2 ? Names(kPortmapper2) : Names(kRpcbind);
    case 100003:
      if (version == 2) return kNfs2;
      if (version == 3) return kNfs3;
      return version == 4 ? Names(kNfs4) : Names();
    case 100005: return kMount;
    case 100011: return kQuota;
    case 100021: return kLock;
    case 100024: return kStatus;
    case 100227: return kNfsAcl;
    case 400122: return kNfs4Callback;
    default: return {};
  }
}

constexpr std::array<std::string_view, 7> kFlavors = {
    "auth_none", "auth_sys", "auth_short", "auth_dh", "auth_kerb", "auth_rsa", "rpcsec_gss"};

}  // namespace

std::string_view program_name(std::uint32_t program) {
  const auto found = std::ranges::lower_bound(kPrograms, program, {}, &Program::number);
  return found != kPrograms.end() && found->number == program ? found->name : "";
}

std::string_view procedure_name(std::uint32_t program, std::uint32_t version,
                                std::uint32_t procedure) {
  const Names names = procedures_of(program, version);
  if (procedure < names.size() && !names[procedure].empty()) return names[procedure];
  return procedure == 0 ? "NULL" : "";
}

std::string_view auth_flavor_name(std::uint32_t flavor) {
  return flavor < kFlavors.size() ? kFlavors[flavor] : "";
}

}  // namespace obi::protocol::sunrpc
