#include "preload/exec_target.h"

#include <alloca.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "preload/loader.h"
#include "preload/recorder.h"
#include "preload/system.h"
#include "wire/handshake.h"
#include "wire/program_file.h"

namespace heaptally::preload {
namespace {

constexpr char kPreload[] = "LD_PRELOAD=";
constexpr std::size_t kPreloadLength = sizeof(kPreload) - 1;
constexpr std::size_t kSessionLength = sizeof(wire::kSessionVariable) - 1;

// What the PATH and a name may need of the stack; beyond, nobody looks at what is executed.
constexpr std::size_t kMaxSearch = 8192;

const char* g_shim_path = nullptr;  // as the loader knows it, from LD_PRELOAD
char g_session_value[192];          // empty: not known, any will do

long system_call(long number, long a, long b, long c, long d) {
  return raw_syscall(number, a, b, c, d);
}

bool is_preload(const char* entry) { return std::strncmp(entry, kPreload, kPreloadLength) == 0; }

const char* session_in(const char* entry) {
  const bool found = std::strncmp(entry, wire::kSessionVariable, kSessionLength) == 0 &&
                     entry[kSessionLength] == '=';
  return found ? entry + kSessionLength + 1 : nullptr;
}

// Calls visit(part, length) for each object that an LD_PRELOAD names.
template <class Visit>
void for_each_object(const char* list, Visit visit) {
  while (*list != '\0') {
    const std::size_t length = std::strcspn(list, ": ");
    if (length != 0) visit(list, length);
    list += length;
    if (*list != '\0') ++list;
  }
}

bool is_shim(const char* object, std::size_t length) {
  return std::strlen(g_shim_path) == length && std::memcmp(object, g_shim_path, length) == 0;
}

struct Surroundings {
  bool has_shim = false;
  bool has_session = false;
};

// Whether a text begins there, as far as the kernel can tell.
bool is_text(const char* text) {
  return is_readable_memory(reinterpret_cast<std::uint64_t>(text) & ~std::uint64_t{7});
}

bool are_texts(char* const* texts) {
  for (; texts != nullptr; ++texts) {
    if (!is_readable_memory(reinterpret_cast<std::uint64_t>(texts))) return false;
    if (*texts == nullptr) return true;
    if (!is_text(*texts)) return false;
  }
  return true;
}

Surroundings look_at(char* const* environment) {
  Surroundings found;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    if (is_preload(*environment)) {
      for_each_object(*environment + kPreloadLength, [&](const char* object, std::size_t length) {
        found.has_shim |= is_shim(object, length);
      });
    }
    const char* session = session_in(*environment);
    if (session == nullptr) continue;
    found.has_session |= g_session_value[0] == '\0' || std::strcmp(session, g_session_value) == 0;
  }
  return found;
}

// The new image opens it with the rights and the root that this process has now. That there
// are no descriptors left here says nothing about there.
bool can_open_shim() {
  const wire::OpenFile shim(&system_call, AT_FDCWD, g_shim_path);
  return shim.problem() != EACCES && shim.problem() != EPERM && !wire::is_missing(shim.problem());
}

// With the effective ids, as exec does; older kernels know no flags here.
bool may_execute(int folder, const char* path) {
  const long name = reinterpret_cast<long>(path);
  const long result = raw_syscall(SYS_faccessat2, folder, name, X_OK, AT_EACCESS);
  return (result == -ENOSYS ? raw_syscall(SYS_faccessat, folder, name, X_OK) : result) == 0;
}

bool is_executable_file(const char* path) {
  struct stat info;
  return may_execute(AT_FDCWD, path) &&
         raw_syscall(SYS_newfstatat, AT_FDCWD, reinterpret_cast<long>(path),
                     reinterpret_cast<long>(&info), 0) == 0 &&
         S_ISREG(info.st_mode);
}

const char* search_path() {
  constexpr char kPath[] = "PATH=";
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, kPath, sizeof(kPath) - 1) == 0) return *entry + sizeof(kPath) - 1;
  }
  return "/bin:/usr/bin";
}

// The file that execvp will choose, in `room`, which holds any folder of the path with the
// name; null: none.
const char* find_in_path(const char* folder, const char* name, char* room) {
  const std::size_t name_bytes = std::strlen(name) + 1;
  for (;; ++folder) {
    const std::size_t length = std::strcspn(folder, ":");
    std::memcpy(room, folder, length);
    room[length] = '/';
    // An empty folder is the current one.
    std::memcpy(room + (length == 0 ? 0 : length + 1), name, name_bytes);
    if (name_bytes > 1 && is_executable_file(room)) return room;
    folder += length;
    if (*folder == '\0') return nullptr;
  }
}

// Calls use(path) with the path of the target's file, null if there is none. Takes as much
// stack for it as execvp does.
template <class Use>
auto with_path(const ExecTarget& target, Use use) {
  if (!target.searches_path || std::strchr(target.name, '/') != nullptr) return use(target.name);
  const char* folders = search_path();
  const std::size_t room = std::strlen(folders) + std::strlen(target.name) + 2;
  if (room > kMaxSearch) return use(static_cast<const char*>(nullptr));
  return use(find_in_path(folders, target.name, static_cast<char*>(alloca(room))));
}

using wire::Recordability;

// Whether the executed image, if the shim were preloaded, would say so or suffer from it.
bool minds_the_shim(Recordability reason) {
  return reason == Recordability::kOtherMachine || reason == Recordability::kOtherLibc ||
         reason == Recordability::kSanitizer;
}

Recordability judge(int folder, const char* path, bool shell_runs_text) {
  wire::ProgramFile file = wire::inspect_program(&system_call, folder, path);
  if (file.is_text && shell_runs_text) {
    file = wire::inspect_program(&system_call, AT_FDCWD, "/bin/sh");
  }
  const bool will_fail = file.result == Recordability::kNoInterpreter ||
                         file.result == Recordability::kNotAProgram || file.is_text ||
                         (file.result != Recordability::kYes && !may_execute(folder, path));
  // One that cannot be read is executed nevertheless, and most can be recorded.
  return will_fail || file.result == Recordability::kUnreadable ? Recordability::kYes : file.result;
}

void note(ExecPlan plan, std::uint32_t pid, const char* path, const void* hook_frame) {
  record_note(wire::NoteKind::kExecUnrecorded, pid, static_cast<std::uint32_t>(plan.reason), path,
              hook_frame);
}

// What has no other name is noted by that of the file that is open.
[[gnu::noinline]] void note_descriptor(ExecPlan plan, std::uint32_t pid, const char* name,
                                       const void* hook_frame) {
  char path[1024];
  const long length = raw_syscall(SYS_readlink, reinterpret_cast<long>(name),
                                  reinterpret_cast<long>(path), sizeof(path) - 1);
  path[length > 0 ? length : 0] = '\0';
  note(plan, pid, length > 0 ? path : name, hook_frame);
}

}  // namespace

void remember_exec_surroundings(char** environment) {
  const link_map* shim = find_shim();
  if (shim == nullptr) return;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const char* session = session_in(*environment);
    if (session == nullptr || std::strlen(session) >= sizeof(g_session_value)) continue;
    std::strcpy(g_session_value, session);
    break;
  }
  g_shim_path = shim->l_name;
}

ExecPlan plan_exec(const ExecTarget& target, char* const* environment) {
  // Before the constructor. What is wrong with no name, or memory that is not there, the real
  // function says.
  if (g_shim_path == nullptr || target.name == nullptr) return {};
  if (may_call_system() && (!is_text(target.name) || !are_texts(environment))) return {};
  const Surroundings surroundings = look_at(environment);
  ExecPlan plan;
  if (!may_call_system()) {
    plan.reason = Recordability::kFiltered;
    plan.drops_shim = surroundings.has_shim;
    return plan;
  }
  const bool opens = can_open_shim();
  plan.reason = with_path(target, [&](const char* path) {
    return path == nullptr ? Recordability::kYes : judge(target.folder, path, target.searches_path);
  });
  plan.drops_shim = surroundings.has_shim && (!opens || minds_the_shim(plan.reason));
  if (!plan.is_recorded()) return plan;
  if (!surroundings.has_shim || !surroundings.has_session) {
    plan.reason = Recordability::kNoSession;
  } else if (!opens) {
    plan.reason = Recordability::kNoShim;
  }
  return plan;
}

void note_unrecorded(const ExecTarget& target, ExecPlan plan, std::uint32_t pid,
                     const void* hook_frame) {
  if (!may_call_system()) return note(plan, pid, target.name, hook_frame);
  if (target.is_descriptor) return note_descriptor(plan, pid, target.name, hook_frame);
  with_path(target, [&](const char* path) {
    note(plan, pid, path == nullptr ? target.name : path, hook_frame);
  });
}

ShimlessEnvironment::ShimlessEnvironment(char* const* environment) {
  for (; environment[entries] != nullptr; ++entries) {
    if (is_preload(environment[entries])) preload_bytes += std::strlen(environment[entries]) + 1;
  }
  ++entries;
}

void ShimlessEnvironment::build(char* const* environment, char** to, char* preload) const {
  for (; *environment != nullptr; ++environment) {
    if (!is_preload(*environment)) {
      *to++ = *environment;
      continue;
    }
    char* entry = preload;
    std::memcpy(entry, kPreload, kPreloadLength);
    preload += kPreloadLength;
    const char* const first = preload;
    for_each_object(*environment + kPreloadLength, [&](const char* object, std::size_t length) {
      if (is_shim(object, length)) return;
      if (preload != first) *preload++ = ':';
      std::memcpy(preload, object, length);
      preload += length;
    });
    if (preload == first) {
      preload = entry;
      continue;
    }
    *preload++ = '\0';
    *to++ = entry;
  }
  *to = nullptr;
}

}  // namespace heaptally::preload
