// Whether executing a file gives its caller rights that it has not. The kernel then tells the
// loader (AT_SECURE), which preloads nothing.
#pragma once

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include <cstdint>

namespace heaptally::wire {

// Makes a system call, with zero for the arguments beyond these; -errno if it fails.
using SystemCall = long (*)(long number, long a, long b, long c, long d);

struct Caller {
  std::uint32_t user, effective_user;
  std::uint32_t group, effective_group;
};

// What of a file gives rights, where the file lies.
struct FileRights {
  std::uint32_t mode = 0, owner = 0, group = 0;
  bool has_capabilities = false;
  bool on_nosuid_mount = false;
  bool no_new_privileges = false;  // of the caller
};

// What takes effect.
struct Privileges {
  bool set_user = false;
  bool set_group = false;
  bool capabilities = false;
  bool of_caller = false;  // its effective ids are not its real ones, whatever it executes

  bool any() const { return set_user || set_group || capabilities || of_caller; }
};

// The kernel's rules. No-new-privileges keeps the ids as they are, but a file with
// capabilities counts all the same; to root they are nothing new.
constexpr Privileges privileges_of(const Caller& caller, const FileRights& file) {
  Privileges found;
  const bool may_set_ids = !file.on_nosuid_mount && !file.no_new_privileges;
  // Set-group-ID without execution by the group once meant a kind of locking.
  const bool sets_user = may_set_ids && (file.mode & S_ISUID) != 0;
  const bool sets_group = may_set_ids && (file.mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
  found.set_user = sets_user && file.owner != caller.user;
  found.set_group = sets_group && file.group != caller.group;
  found.capabilities = file.has_capabilities && !file.on_nosuid_mount && caller.user != 0;
  found.of_caller = (!sets_user && caller.effective_user != caller.user) ||
                    (!sets_group && caller.effective_group != caller.group);
  return found;
}

inline Caller current_caller(SystemCall call) {
  const auto id = [call](long number) {
    return static_cast<std::uint32_t>(call(number, 0, 0, 0, 0));
  };
  return {id(SYS_getuid), id(SYS_geteuid), id(SYS_getgid), id(SYS_getegid)};
}

inline bool has_capabilities(SystemCall call, long fd) {
  vfs_ns_cap_data stored = {};
  const char* name = "security.capability";
  const long size = call(SYS_fgetxattr, fd, reinterpret_cast<long>(name),
                         reinterpret_cast<long>(&stored), sizeof(stored));
  return size >= static_cast<long>(XATTR_CAPS_SZ_1) &&
         ((stored.magic_etc & VFS_CAP_FLAGS_EFFECTIVE) != 0 ||
          (stored.data[0].permitted | stored.data[1].permitted) != 0);
}

// Of an open file; asks no more than its mode makes needful.
inline FileRights file_rights(SystemCall call, long fd, const struct stat& info, bool is_root) {
  FileRights rights = {info.st_mode, info.st_uid, info.st_gid, false, false, false};
  rights.has_capabilities = !is_root && has_capabilities(call, fd);
  if ((info.st_mode & (S_ISUID | S_ISGID)) == 0 && !rights.has_capabilities) return rights;
  struct statfs mount = {};
  rights.on_nosuid_mount = call(SYS_fstatfs, fd, reinterpret_cast<long>(&mount), 0, 0) == 0 &&
                           (mount.f_flags & ST_NOSUID) != 0;
  rights.no_new_privileges = call(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0) == 1;
  return rights;
}

}  // namespace heaptally::wire
