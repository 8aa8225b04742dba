// Places as users name them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/profile.h"

namespace heaptally {

// By place, whether `name` names it. `name` is FILE or FILE:LINE, of which the end of the path from
// a folder's or the file's name on will do; or a function, with or without what encloses it, its
// parameters and its template arguments; or a library (with ".so" in the name), or any module by
// its whole path, for all that is in it. Each but that path may be a pattern. A line that is not
// known is 0. Cost: each text of the recording is matched once.
// Errors: Error of usage that begins with `option` if it names nothing, such as "" or ":12".
std::vector<bool> named_places(const Places& places, const std::string& name,
                               std::string_view option);

// By place, whether any of `names` names it. Errors: as named_places.
std::vector<bool> places_named_by(const Places& places, const std::vector<std::string>& names,
                                  std::string_view option);

// By trace, whether one of its places, machinery included, is among `is_named`, which is by place.
// The empty stack has kUnknownPlace. Cost: one pass over frames and traces.
std::vector<bool> traces_through(const RecordingData& data, const Places& places,
                                 const std::vector<bool>& is_named);

// For questions that a mistyped name would empty without a word. Errors: Error of usage that begins
// with `option` and tells near names if one of `names` names no place of any of `profiles`; as
// named_places.
void require_places(std::span<const Profile* const> profiles, const std::vector<std::string>& names,
                    std::string_view option);

}  // namespace heaptally
