#include "core/profile/sites.h"

#include <algorithm>
#include <array>
#include <functional>

#include "core/base/error.h"

namespace heaptally {
namespace {

// Sorted, to be searched.
constexpr std::array<std::string_view, 25> kFunctions = {"_Znaj",
                                                         "_Znam",
                                                         "_Znwj",
                                                         "_Znwm",
                                                         "__libc_calloc",
                                                         "__libc_free",
                                                         "__libc_malloc",
                                                         "__libc_memalign",
                                                         "__libc_pvalloc",
                                                         "__libc_realloc",
                                                         "__libc_valloc",
                                                         "__rust_alloc",
                                                         "__rust_alloc_zeroed",
                                                         "__rust_realloc",
                                                         "aligned_alloc",
                                                         "calloc",
                                                         "heaptally_alloc",
                                                         "heaptally_realloc",
                                                         "malloc",
                                                         "memalign",
                                                         "posix_memalign",
                                                         "pvalloc",
                                                         "realloc",
                                                         "reallocarray",
                                                         "valloc"};

static_assert(std::is_sorted(kFunctions.begin(), kFunctions.end()));

constexpr std::array<std::string_view, 5> kFilePrefixes = {
    "/usr/include/", "/usr/lib/gcc/", "/usr/local/include/", "/usr/lib/llvm-", "/rustc/"};

// The names of the libraries up to their version, sorted.
constexpr std::array<std::string_view, 24> kModules = {"ld",
                                                       "ld-linux",
                                                       "ld-linux-aarch64",
                                                       "ld-linux-x86-64",
                                                       "ld-musl-x86_64",
                                                       "libc",
                                                       "libc++",
                                                       "libc++abi",
                                                       "libdl",
                                                       "libgcc_s",
                                                       "libheaptally_preload",
                                                       "libhoard",
                                                       "libjemalloc",
                                                       "libm",
                                                       "libmimalloc",
                                                       "libmimalloc-secure",
                                                       "libpthread",
                                                       "librt",
                                                       "libsnmalloc",
                                                       "libstdc++",
                                                       "libsupc++",
                                                       "libtcmalloc",
                                                       "libtcmalloc_minimal",
                                                       "libunwind"};

static_assert(std::is_sorted(kModules.begin(), kModules.end()));

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text);
}

// "operator new" followed by nothing, "[]" or its parameters; not "operator newline".
bool is_operator_new(std::string_view function) {
  constexpr std::string_view kNew = "operator new";
  if (!function.starts_with(kNew)) return false;
  function.remove_prefix(kNew.size());
  return function.empty() || function.front() == '(' || function.front() == '[';
}

bool is_mangled_new(std::string_view function) {
  return function.starts_with("_ZnwmS") || function.starts_with("_ZnamS") ||
         function.starts_with("_ZnwmR") || function.starts_with("_ZnamR");
}

// Answers a question about texts once for each of them.
class Memo {
 public:
  Memo(std::size_t texts, std::function<bool(std::string_view)> question)
      : answers_(texts, kUnasked), question_(std::move(question)) {}

  bool ask(const Places& places, TextId id) {
    std::uint8_t& answer = answers_[index_of(id)];
    if (answer == kUnasked) answer = question_(places.text(id)) ? 1 : 0;
    return answer == 1;
  }

 private:
  static constexpr std::uint8_t kUnasked = 2;
  std::vector<std::uint8_t> answers_;
  std::function<bool(std::string_view)> question_;
};

std::vector<bool> machinery_by_place(const Places& places, const std::vector<Pattern>& patterns) {
  const auto or_pattern = [&patterns](bool (*builtin)(std::string_view)) {
    return [builtin, &patterns](std::string_view text) {
      if (text.empty()) return false;
      return builtin(text) || std::any_of(patterns.begin(), patterns.end(),
                                          [&](const Pattern& p) { return p.matches(text); });
    };
  };
  Memo functions(places.texts(), or_pattern(is_machinery_function));
  Memo files(places.texts(), or_pattern(is_machinery_file));
  Memo modules(places.texts(), or_pattern(is_machinery_module));
  std::vector<bool> machinery(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[PlaceId(i)];
    machinery[i] = modules.ask(places, place.module) || functions.ask(places, place.function) ||
                   (place.source && files.ask(places, place.where));
  }
  machinery[index_of(kUnknownPlace)] = true;
  machinery[index_of(kCutPlace)] = true;
  return machinery;
}

}  // namespace

bool is_machinery_function(std::string_view function) {
  return contains(kFunctions, function) || is_operator_new(function) || is_mangled_new(function);
}

bool is_machinery_file(std::string_view file) {
  return std::any_of(kFilePrefixes.begin(), kFilePrefixes.end(),
                     [&](std::string_view prefix) { return file.starts_with(prefix); });
}

bool is_machinery_module(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t extension = name.find(".so");
  if (extension == std::string_view::npos) return false;
  name = name.substr(0, extension);
  if (contains(kModules, name)) return true;
  // libc-2.31.so: the version may stand before the extension.
  const std::size_t dash = name.rfind('-');
  return dash != std::string_view::npos &&
         name.find_first_not_of("0123456789.", dash + 1) == std::string_view::npos &&
         contains(kModules, name.substr(0, dash));
}

Sites::Sites(const RecordingData& data, const Places& places, const SiteRules& rules) {
  const std::vector<bool> machinery =
      rules.raw ? std::vector<bool>() : machinery_by_place(places, rules.machinery);
  const auto site_of = [&](FrameId frame) {
    for (const PlaceId place : places.of(frame)) {
      if (rules.raw ? place != kCutPlace : !machinery[index_of(place)]) return place;
    }
    return kUnknownPlace;
  };

  // The parents come first, so one pass carries the sites outward in.
  sites_.resize(data.traces.size(), kUnknownPlace);
  for (std::size_t i = 1; i < sites_.size(); ++i) {
    const Trace& trace = data.traces[i];
    if (index_of(trace.parent) >= i) {
      throw Error("trace " + std::to_string(i), "comes before its parent",
                  "the recording is damaged");
    }
    const PlaceId own = site_of(trace.frame);
    sites_[i] = own != kUnknownPlace ? own : sites_[index_of(trace.parent)];
  }
  for (std::size_t i = 1; i < sites_.size(); ++i) {
    if (sites_[i] != kUnknownPlace) continue;
    const PlaceId most_recent = places.of(data.traces[i].frame).front();
    if (most_recent != kCutPlace) sites_[i] = most_recent;
  }
}

}  // namespace heaptally
