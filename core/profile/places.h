// Places: what the code addresses of a recording stand for, each once.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/recording/reader.h"

namespace heaptally {

enum class TextId : std::uint32_t {};
enum class PlaceId : std::uint32_t {};

// A text that a recording holds many times, held once and compared by number. Text 0 is empty.
class Texts {
 public:
  Texts();
  // Keeps a view of `text`, which must outlive this object.
  TextId intern(std::string_view text);
  std::string_view operator[](TextId id) const { return texts_[index_of(id)]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::string_view> texts_;
  std::unordered_map<std::string_view, TextId> ids_;
};

// One call of a stack, be it inlined or not. What is known of it comes in three grades:
//   source:   `where` is a file and `line` a line of it (0 if unknown)
//   symbol:   `where` is a module's path; the place is `function` + `offset`
//   stripped: `where` is a module's path, or "??" for code in no file; `offset` is the address
struct Place {
  TextId where{};
  TextId module{};    // its path; empty for code in no file
  TextId function{};  // empty if unknown
  std::uint32_t line = 0;
  std::uint64_t offset = 0;  // 0 in the grade "source"
  bool source = false;

  friend bool operator==(const Place&, const Place&) = default;
};

// Stands for the empty stack; reads "<unknown>".
inline constexpr PlaceId kUnknownPlace{0};
// Stands for outermost frames that were cut off. Never an allocation site.
inline constexpr PlaceId kCutPlace{1};

// Purpose: turns the frames of a recording into places.
// Lifetime: `data` must outlive it. Threads: immutable once made.
// Invariants: equal places have one id; every frame has at least one place.
//
// An offset is shown the way debuggers show return addresses: a frame whose symbol was looked up
// one byte before its return address has the distance of the return address itself, so it is one
// more than what the recording stores.
class Places {
 public:
  explicit Places(const RecordingData& data);
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  std::size_t size() const { return places_.size(); }
  const Place& operator[](PlaceId id) const { return places_[index_of(id)]; }
  std::string_view text(TextId id) const { return texts_[id]; }
  std::size_t texts() const { return texts_.size(); }
  std::string_view where(PlaceId id) const { return text((*this)[id].where); }
  std::string_view function(PlaceId id) const { return text((*this)[id].function); }
  std::string_view module(PlaceId id) const { return text((*this)[id].module); }

  // The places of a frame, innermost inlined call first.
  std::span<const PlaceId> of(FrameId frame) const {
    const std::size_t first = starts_[index_of(frame)];
    return {ids_.data() + first, starts_[index_of(frame) + 1] - first};
  }

 private:
  struct Hash {
    std::size_t operator()(const Place& place) const;
  };
  PlaceId intern(const Place& place);
  void add(const RecordingData& data, const Frame& frame, const std::vector<Location>& locations);

  Texts texts_;
  std::vector<Place> places_;
  std::unordered_map<Place, PlaceId, Hash> by_place_;
  std::vector<PlaceId> ids_;         // the places of frame 0, of frame 1, ...
  std::vector<std::size_t> starts_;  // by frame, into ids_; one more than there are frames
};

// Calls `visit(PlaceId)` for each place of a trace, most recent first.
template <class Visit>
void for_each_place(const RecordingData& data, const Places& places, TraceId trace, Visit visit) {
  for (; trace != kRootTrace; trace = data.traces[index_of(trace)].parent) {
    for (const PlaceId place : places.of(data.traces[index_of(trace)].frame)) visit(place);
  }
}

}  // namespace heaptally
