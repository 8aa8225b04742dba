// Standard output for commands that print reports, and what is said to the user beside it.
#pragma once

#include <array>
#include <ostream>
#include <streambuf>
#include <string_view>

#include "cli/pager.h"

namespace heaptally {

// Purpose: a stream to standard output that knows why it failed. A reader that has gone away
//   (| head) is no failure: what follows is dropped, and the stream reads as failed so that
//   writers stop early. On a terminal a pager shows what is longer than a screen.
// Side effect: SIGPIPE is ignored from its making on.
class StandardOutput {
 public:
  StandardOutput();

  std::ostream& stream() { return stream_; }
  // What reports draw with is written in ASCII from here on.
  void draw_in_ascii() { buffer_.draw_in_ascii(); }

  // Writes out what is buffered. Errors: Error if anything could not be written, unless the reader
  // has gone away.
  void finish();

 private:
  class Buffer : public std::streambuf {
   public:
    Buffer() { setp(bytes_.data(), bytes_.data() + bytes_.size()); }
    int problem() const { return problem_; }
    void wait_for_pager() { pager_.wait(); }
    void draw_in_ascii() { in_ascii_ = true; }

   private:
    int_type overflow(int_type character) override;
    int sync() override;
    void write_out(std::string_view text);

    std::array<char, 1 << 16> bytes_;
    bool in_ascii_ = false;
    int problem_ = 0;      // errno of the first write that failed
    int descriptor_ = -1;  // chosen once there is something to write
    Pager pager_;
  };

  Buffer buffer_;
  std::ostream stream_{&buffer_};
};

// Writes to standard error. That nobody may be there to read it (it is closed, a pipe without a
// reader, a terminal that has hung up) changes nothing else. Side effect: SIGPIPE is ignored from
// here on, so not before the recorded program has started.
void tell(std::string_view text);

}  // namespace heaptally
