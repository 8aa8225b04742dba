#include "core/report/page_sources.h"

#include <algorithm>
#include <map>

#include "core/report/annotation_report.h"
#include "core/report/source_lines.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::uint32_t kWholeFile = 400;  // lines of a file that is shown whole
constexpr std::uint32_t kAround = 20;      // lines shown before and after one that matters
constexpr std::size_t kLongestLine = 500;

struct File {
  std::string name;
  std::string working_directory;
  std::uint64_t weight = 0;          // bytes at the peak and in all
  std::vector<std::uint32_t> lines;  // with sites
};

std::vector<File> files_of(const std::vector<PageSide>& sides) {
  std::map<std::string, File> files;
  for (const PageSide& side : sides) {
    const Places& places = side.profile.places();
    for (const ExcerptRow& row : side.excerpt.rows) {
      const ExcerptNode& node = side.excerpt.nodes[row.node];
      if (node.folded || !places[node.place].source || places[node.place].line == 0) continue;
      File& file = files[std::string(places.where(node.place))];
      file.working_directory = side.profile.data().header.working_directory;
      file.weight += row.peak.bytes + row.total.bytes;
      file.lines.push_back(places[node.place].line);
    }
  }
  std::vector<File> result;
  for (auto& [name, file] : files) {
    file.name = name;
    std::sort(file.lines.begin(), file.lines.end());
    result.push_back(std::move(file));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const File& a, const File& b) { return a.weight > b.weight; });
  return result;
}

// The stretches of a file of `count` lines that are shown, [first, last].
std::vector<std::pair<std::uint32_t, std::uint32_t>> stretches(const File& file,
                                                               std::uint32_t count) {
  if (count <= kWholeFile) return {{1, count}};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> result;
  for (const std::uint32_t line : file.lines) {
    if (line > count) continue;
    const std::uint32_t first = line > kAround ? line - kAround : 1;
    const std::uint32_t last = std::min(count, line + kAround);
    if (!result.empty() && first <= result.back().second + 1) {
      result.back().second = last;
    } else {
      result.emplace_back(first, last);
    }
  }
  return result;
}

}  // namespace

std::vector<PageSource> page_sources(const std::vector<PageSide>& sides, const std::string& root,
                                     std::size_t most_bytes) {
  SourceLines reader;
  std::vector<PageSource> sources;
  std::size_t bytes = 0;
  for (const File& file : files_of(sides)) {
    const std::string path = source_on_disk(file.name, file.working_directory, root);
    if (path.empty()) continue;
    PageSource source{file.name, {}};
    for (const auto& [first, last] :
         stretches(file, static_cast<std::uint32_t>(reader.count(path)))) {
      auto& part = source.parts.emplace_back(first, std::vector<std::string>());
      for (std::uint32_t line = first; line <= last; ++line) {
        part.second.push_back(cut_text(printable_source(reader.line(path, line)), kLongestLine));
        bytes += part.second.back().size();
      }
    }
    if (bytes > most_bytes) break;
    if (!source.parts.empty()) sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace heaptally
