// The one error type of everything outside the shim.
#pragma once

#include <exception>
#include <string>

namespace heaptally {

// Exit codes of the heaptally command. `record` passes on the program's own status instead.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,  // what was asked could not be done: unreadable recording, no space, ...
  kUsage = 2,   // the command line is wrong; nothing was started or written
};

// What happened, to what, and what to do next, as one line for a user:
// "SUBJECT: PROBLEM; REMEDY". Never carries a stack of prefixes.
class Error : public std::exception {
 public:
  Error(std::string subject, const std::string& problem, const std::string& remedy = "",
        ExitCode code = ExitCode::kFailed);

  const char* what() const noexcept override { return line_.c_str(); }
  ExitCode code() const noexcept { return code_; }

 private:
  std::string line_;
  ExitCode code_;
};

}  // namespace heaptally
