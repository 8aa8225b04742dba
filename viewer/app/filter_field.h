// FilterField: where a filter is typed.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "viewer/panels/view.h"

namespace heaptally::view {

// Purpose: adds what was typed to the selection once it is known to make sense there; until then,
//   and if it does not, the selection stays as it is and the reason is told beside the field.
class FilterField {
 public:
  // `focus`: the keyboard goes to it.
  void draw(View& view, bool focus);
  void forget();
  void tell_state(nlohmann::json& state) const;

 private:
  struct Candidate {
    std::uint64_t number = 0;  // of those that were tried
    Selection selection;
    friend bool operator==(const Candidate& a, const Candidate& b) { return a.number == b.number; }
  };
  struct Accepted {};

  void propose(const View& view);
  void follow(View& view);

  std::size_t kind_ = 0;
  std::string text_;
  std::string problem_;
  std::optional<Candidate> candidate_;
  std::uint64_t tried_ = 0;
  Slot<Candidate, Accepted> check_;
};

}  // namespace heaptally::view
