// Calls: a call tree as panels show it, of one snapshot or of two beside each other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/compared_tree.h"
#include "viewer/model/selection.h"

namespace heaptally::view {

// What a panel of calls asks.
struct CallsQuestion {
  std::uint64_t generation = 0;  // of the recordings, see View
  Selection selection;
  Group group = Group::kFunction;  // by place
  bool bottom_up = false;          // from the allocation sites to their callers
  bool with_other = false;         // the other recording beside this one, which is the older then
  ComparedOrder order = ComparedOrder::kAfter;

  friend bool operator==(const CallsQuestion&, const CallsQuestion&) = default;
};

// A node; node 0 is the root. Numbers are those of CallNode. Where nothing is compared, `before` is
// nothing.
struct Call {
  PlaceId place{};
  std::uint32_t parent = 0;  // the root is its own
  std::uint32_t depth = 0;
  std::uint32_t first_child = 0;
  std::uint32_t children = 0;  // they follow one another
  std::uint32_t children_left_out = 0;
  std::uint16_t family = 0;  // calls of one file, or module where no file is known, have one
  std::uint8_t shade = 0;    // tells calls of one family apart, mostly
  bool vanished = false;     // `place` is of the older recording
  bool recursive = false;
  ComparedAmount cumulative, self;
  Amount left_out;  // now
};

// Of bottom-up trees calls below this share of the whole are left out: they are many.
inline constexpr double kLeastBottomUp = 0.0001;

// Purpose: the answer to a CallsQuestion, with all that is needed to name its calls.
// Threads: immutable once made. Lifetime: holds the recordings.
// Invariants: of nodes(): parents before children, those nearer to the root before others.
class Calls {
 public:
  // Errors: as measure(), query_of(), CallTree and ComparedTree.
  Calls(std::shared_ptr<const Recording> recording, std::shared_ptr<const Recording> other,
        CallsQuestion question);

  const CallsQuestion& question() const { return question_; }
  const std::vector<Call>& nodes() const { return nodes_; }
  const Call& operator[](std::uint32_t node) const { return nodes_[node]; }
  std::span<const Call> children(const Call& call) const {
    return std::span(nodes_).subspan(call.first_child, call.children);
  }
  // Two snapshots are beside each other: of growth, or of two recordings.
  bool is_compared() const { return is_compared_; }
  const ComparedAmount& whole() const { return whole_; }  // before the filters
  // What was measured, of one snapshot or of growth.
  const std::optional<Measured>& measured() const { return measured_; }
  // "live at the peak, 1.5 s (exact)"
  const std::string& phrase() const { return phrase_; }
  const std::string& note() const { return note_; }  // what is not quite as asked for; may be empty

  // Tells the same call again in another answer for the same recordings.
  std::uint64_t path_hash(std::uint32_t node) const { return path_hashes_[node]; }
  // The node with that hash; the root if there is none.
  std::uint32_t find(std::uint64_t path_hash) const;

  const Profile& profile_of(const Call& call) const;
  // What a box says: the function, or what is known of the place; by line with the file's name.
  // Fit for one line, and cut where it is unreasonably long.
  std::string name(std::uint32_t node) const;
  // The same with the file, or the module where no file is known; and the line if calls are lines.
  std::string label(std::uint32_t node) const;
  // "FILE:LINE", or as much as is known.
  std::string where(std::uint32_t node) const;
  std::string module(std::uint32_t node) const;
  // The way to a node as text, its amount first, then the most recent call, then its callers.
  std::string stack_text(std::uint32_t node) const;
  // From the root on, the node itself last.
  std::vector<std::uint32_t> path(std::uint32_t node) const;

  // In the selection's unit.
  std::uint64_t now(const Call& call) const { return in_unit(call.cumulative.after); }
  std::uint64_t before(const Call& call) const { return in_unit(call.cumulative.before); }
  std::uint64_t in_unit(Amount amount) const {
    return heaptally::measure(question_.selection.unit, amount);
  }

 private:
  void ask_one(const Query& query, const TreeShape& shape);
  void ask_two(const Side& before, const Side& after, const Query& query, const TreeShape& shape);
  void compare_recordings(const Query& query, const TreeShape& shape);
  void tell_apart();

  std::shared_ptr<const Recording> recording_, other_;
  CallsQuestion question_;
  std::optional<Measured> measured_;
  std::vector<Call> nodes_;
  std::vector<std::uint64_t> path_hashes_;
  ComparedAmount whole_;
  bool is_compared_ = false;
  std::string phrase_, note_;
};

// What a search for calls found.
struct CallMatches {
  std::shared_ptr<const Calls> calls;
  std::string needle;
  std::vector<bool> matches;         // by node
  std::vector<std::uint32_t> nodes;  // those that match, as one reads the tree from top to bottom
  // What was allocated in or below them: a way that passes several counts once.
  ComparedAmount covered;
};

// Calls whose function or file has `needle` in it, in any case; of modules, theirs. An empty one is
// in none.
CallMatches find_calls(std::shared_ptr<const Calls> calls, const std::string& needle);

}  // namespace heaptally::view
