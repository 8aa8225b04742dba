#include "core/report/source_lines.h"

#include <algorithm>
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

SourceLines::File& SourceLines::file(std::string_view path) {
  const auto [found, added] = files_.try_emplace(std::string(path));
  if (added) found->second = read(found->first);
  return found->second;
}

std::size_t SourceLines::count(std::string_view path) {
  const std::size_t starts = file(path).starts.size();
  return starts == 0 ? 0 : starts - 1;
}

std::string_view SourceLines::line(std::string_view path, std::uint32_t line) {
  const File& from = file(path);
  if (line == 0 || line >= from.starts.size()) return {};
  std::string_view text = from.text;
  text = text.substr(from.starts[line - 1], from.starts[line] - from.starts[line - 1]);
  return text.substr(0, text.find_last_not_of(kWhiteSpace) + 1);
}

std::string_view SourceLines::stripped(std::string_view path, std::uint32_t number) {
  const std::string_view text = line(path, number);
  return text.substr(std::min(text.find_first_not_of(kWhiteSpace), text.size()));
}

}  // namespace heaptally
