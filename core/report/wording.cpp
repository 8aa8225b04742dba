#include "core/report/wording.h"

#include <algorithm>

#include <fmt/format.h>

namespace heaptally {
namespace {

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::string printable_but(std::string_view text, char kept) {
  std::string result;
  result.reserve(text.size());
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte < 0x20 || byte == 0x7F) && character != kept) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += character;
    }
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) { return printable_but(text, ' '); }
std::string printable_source(std::string_view text) { return printable_but(text, '\t'); }

std::string grouped_text(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string counted(std::uint64_t number, std::string_view singular) {
  return counted(number, singular, std::string(singular) + "s");
}

std::string counted(std::uint64_t number, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", grouped_text(number), number == 1 ? singular : plural);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string cut_text(std::string_view text, std::size_t width) {
  if (characters(text) <= width) return std::string(text);
  constexpr std::string_view kMissing = "...";
  std::size_t room = width - std::min(width, kMissing.size());
  std::size_t end = 0;
  while (end < text.size() && (room > 0 || !starts_character(text[end]))) {
    if (starts_character(text[end++])) --room;
  }
  return std::string(text.substr(0, end)).append(kMissing);
}

std::string command_text(std::string_view command, std::size_t width) {
  // Folders are worth less than the arguments that they would leave no room for.
  const std::size_t program = std::min(command.find(' '), command.size());
  if (characters(command) > width && program > width / 2) {
    const std::size_t slash = command.substr(0, program).rfind('/');
    if (slash != std::string_view::npos) command.remove_prefix(slash + 1);
  }
  return cut_text(printable(command), width);
}

std::string percent_text(std::uint64_t part, std::uint64_t whole) {
  const double share =
      whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole) * 100;
  return fmt::format("{:.1f} %", share);
}

std::string duration_text(Nanoseconds time) {
  // Nothing lasts less than nothing, but a damaged recording may say so.
  if (time.count() < 0) return fmt::format("-{}", duration_text(-time));
  const double seconds = static_cast<double>(time.count()) / 1e9;
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (seconds < 1e-3) return fmt::format("{:.0f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.1f} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.3f} s", seconds);
  if (seconds < 3600) return fmt::format("{} m {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} m", whole / 3600, whole / 60 % 60);
}

std::string moment_text(Nanoseconds time) {
  if (time.count() < 0) return fmt::format("-{}", moment_text(-time));
  std::string text =
      fmt::format("{}.{:09}", time.count() / 1'000'000'000, time.count() % 1'000'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " s";
}

}  // namespace heaptally
