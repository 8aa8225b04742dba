#include "core/report/source_lines.h"

#include <filesystem>
#include <fstream>

namespace heaptally {
namespace {

constexpr std::uintmax_t kLargestFile = 16 * 1024 * 1024;
constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

}  // namespace

SourceLines::File SourceLines::read(const std::string& path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) return {};
  const std::uintmax_t size = std::filesystem::file_size(path, problem);
  if (problem || size > kLargestFile) return {};
  File file;
  std::ifstream stream(path, std::ios::binary);
  file.text.resize(size);
  stream.read(file.text.data(), static_cast<std::streamsize>(size));
  file.text.resize(static_cast<std::size_t>(stream.gcount()));
  file.starts.push_back(0);
  for (std::size_t i = 0; i < file.text.size(); ++i) {
    if (file.text[i] == '\n') file.starts.push_back(i + 1);
  }
  if (file.starts.back() != file.text.size()) file.starts.push_back(file.text.size());
  return file;
}

std::string_view SourceLines::stripped(std::string_view path, std::uint32_t line) {
  const auto [found, added] = files_.try_emplace(std::string(path));
  File& file = found->second;
  if (added) file = read(found->first);
  if (line == 0 || line >= file.starts.size()) return {};
  std::string_view text = file.text;
  text = text.substr(file.starts[line - 1], file.starts[line] - file.starts[line - 1]);
  const std::size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

}  // namespace heaptally
