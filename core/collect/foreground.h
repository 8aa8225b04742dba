// Foreground: keeps a terminal's Ctrl-C from processes that heaptally only watches.
#pragma once

namespace heaptally {

// Purpose: takes the terminal's foreground for this process alone, as the shell would have taken
//   it back once the program ended; what the program left running in the background is in the
//   former foreground group, and must not get the signals that are typed now.
// Owner: the collector. Threads: one at a time.
class Foreground {
 public:
  Foreground() = default;
  // Gives the terminal back.
  ~Foreground();
  Foreground(const Foreground&) = delete;
  Foreground& operator=(const Foreground&) = delete;

  // Does nothing where there is no terminal, or it is not ours to take: in the background, or as
  // the leader of its session.
  void take();

 private:
  int terminal_ = -1;
  int former_group_ = 0;
  int placeholder_ = 0;  // a child that leads the new group; 0: this process leads it itself
};

}  // namespace heaptally
