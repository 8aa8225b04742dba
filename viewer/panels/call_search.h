// CallSearch: the search of panels of calls.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "viewer/model/calls.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Purpose: the field to search by, and which calls match. Threads: that of the window.
class CallSearch {
 public:
  // At the right end of the line. Returns the step to another match that is asked for by Enter and
  // Shift+Enter, or 0.
  std::ptrdiff_t draw(View& view);
  void ask(View& view, const std::shared_ptr<const Calls>& calls);
  void forget();

  const std::string& text() const { return text_; }
  // Null while there is nothing to search for, or no answer yet.
  const CallMatches* matches() const { return matches_.get(); }
  bool is_match(std::uint32_t node) const { return matches_ && matches_->matches[node]; }
  // The match that is so many after `from`; the first if `from` is none; nothing if there is none.
  std::optional<std::uint32_t> step(std::uint32_t from, std::ptrdiff_t by) const;
  // The text was changed, and what matches is known now; true once.
  bool found_anew();

 private:
  struct Question {
    std::shared_ptr<const Calls> calls;
    std::string needle;
    friend bool operator==(const Question&, const Question&) = default;
  };

  std::string text_;
  Slot<Question, CallMatches> slot_;
  std::shared_ptr<const CallMatches> matches_;
  bool changed_ = false;
};

}  // namespace heaptally::view
