// Files with symbols that a user points at.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace heaptally {

// Purpose: knows which of the given files belongs to which module: debug files, unstripped
//   programs and libraries, and all of these in folders and what lies below them (a folder of
//   build-id files, the root of another system, a build tree).
// Threads: immutable once made. Errors: files that cannot be read are as if they were not there.
class DebugFiles {
 public:
  DebugFiles() = default;
  // Reads the beginning of every file below; links to folders are not followed. A path that does
  // not exist is an Error of usage.
  explicit DebugFiles(const std::vector<std::string>& paths);

  // The file of this build-id that tells most; "" if there is none.
  std::string with_build_id(const std::string& build_id) const;
  // The same, of those without a build-id, by the base name of a module, with or without ".debug".
  std::string with_name(const std::string& module_path) const;

 private:
  struct Found {
    std::string path;
    int tells = -1;  // more is better
  };
  void add(const std::string& path);

  std::map<std::string, Found> by_build_id_;
  std::map<std::string, Found> by_name_;
};

}  // namespace heaptally
