// Pager: what shows a long report screen by screen.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace heaptally {

// Whether a text is shown by a pager: standard output is a terminal, and the text has more lines
// than that.
bool wants_pager(std::string_view text);

// Purpose: runs what PAGER says, or else `less`, as git does: with LESS=FRX unless LESS is set, in
// a
//   shell; none if PAGER is empty or `cat`. Ctrl-C is the pager's while it runs.
// Errors: none. Where no pager can be started the text goes to standard output itself.
class Pager {
 public:
  Pager() = default;
  ~Pager() { wait(); }
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

  // The descriptor to write to: the pager's input, or standard output if there is none.
  int start();
  // Until its user has left it.
  void wait();

 private:
  int input_ = -1;
  pid_t process_ = -1;
};

}  // namespace heaptally
