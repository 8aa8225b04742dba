#include "cli/plot_options.h"

#include <charconv>

#include <fmt/format.h>

#include "cli/terminal.h"
#include "core/base/error.h"

namespace heaptally {
namespace {

std::size_t parse_extent(const std::string& text, const char* option, std::size_t least,
                         std::size_t most) {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < least ||
      number > most) {
    throw Error(fmt::format("{} {}", option, text), "is no size of a plot",
                fmt::format("give {} to {}", least, most), ExitCode::kUsage);
  }
  return number;
}

}  // namespace

std::size_t PlotOptions::width_or(std::size_t usual, std::size_t least, std::size_t most) const {
  return width ? parse_extent(*width, "--width", least, most) : usual;
}

std::size_t PlotOptions::height_or(std::size_t usual, std::size_t least, std::size_t most) const {
  return height ? parse_extent(*height, "--height", least, most) : usual;
}

std::size_t PlotOptions::characters() const {
  constexpr std::size_t kUsual = 80;
  const std::size_t terminal = terminal_width();
  return width_or(terminal != 0 ? terminal : kUsual, 40, 1000);
}

PlotDots PlotOptions::dots() const {
  return blocks || wants_ascii() ? PlotDots::kBlocks : PlotDots::kBraille;
}

}  // namespace heaptally
