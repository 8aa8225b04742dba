#include "viewer/panels/plot.h"

#include <algorithm>
#include <cmath>

#include <imgui/imgui.h>

#include "core/report/ticks.h"
#include "core/report/wording.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr float kPixelsASizeTick = 34;
constexpr float kPixelsATimeTick = 110;
// More of a text is never looked at, for it never fits.
constexpr std::size_t kMostLabel = 400;

double pixels(Nanoseconds time) { return static_cast<double>(time.count()); }

void grid_line(const ImVec2& from, const ImVec2& to, Colour32 colour) {
  ImGui::GetWindowDrawList()->AddLine(from, to, colour, 1);
}

}  // namespace

float PlotArea::x_of(Nanoseconds moment) const {
  const double span = std::max(1.0, pixels(time.to - time.from));
  const double share = std::clamp(pixels(moment - time.from) / span, -1.0, 2.0);
  return x + static_cast<float>(share * static_cast<double>(width));
}

float PlotArea::y_of(double value) const {
  const double share = std::clamp(value / std::max(top, 1.0), 0.0, 1.0);
  return bottom() - static_cast<float>(share * static_cast<double>(height));
}

Nanoseconds PlotArea::time_at(float position) const {
  const double share =
      std::clamp(static_cast<double>((position - x) / std::max(width, 1.0F)), 0.0, 1.0);
  return time.from + Nanoseconds(std::llround(share * pixels(time.to - time.from)));
}

float width_of_text(std::string_view content) {
  return ImGui::CalcTextSize(content.data(), content.data() + content.size()).x;
}

void text_at(float x, float y, Colour32 colour, std::string_view content) {
  ImGui::GetWindowDrawList()->AddText({std::floor(x), std::floor(y)}, colour, content.data(),
                                      content.data() + content.size());
}

std::string safe_label(std::string_view content, float width, bool keep_end) {
  if (content.size() > kMostLabel) {
    content =
        keep_end ? content.substr(content.size() - kMostLabel) : content.substr(0, kMostLabel);
  }
  return fitted(printable(content), width, keep_end);
}

float size_axis_width() { return width_of_text("1000 MiB/s") + ImGui::GetFontSize() * 0.6F; }

void draw_size_axis(const View& view, const PlotArea& area) {
  const auto most = static_cast<std::size_t>(std::max(1.0F, area.height / kPixelsASizeTick));
  const Ticks ticks = size_ticks(static_cast<std::uint64_t>(std::max(1.0, area.top)), most);
  const float half = ImGui::GetFontSize() / 2;
  for (std::uint64_t value = 0; static_cast<double>(value) <= area.top; value += ticks.step) {
    const float y = std::floor(area.y_of(static_cast<double>(value))) + 0.5F;
    grid_line({area.x, y}, {area.right(), y}, view.palette().grid);
    const std::string label = value == 0 ? "0" : ticks.text(value);
    text_at(area.x - half - width_of_text(label), y - half, view.palette().faint_text, label);
  }
}

void draw_time_axis(const View& view, const PlotArea& area, float foot) {
  const auto most = static_cast<std::size_t>(std::max(1.0F, area.width / kPixelsATimeTick));
  const std::vector<Nanoseconds> ticks = ticks_of(area.time, most);
  const Nanoseconds step = ticks.size() > 1
                               ? ticks[1] - ticks[0]
                               : std::max(area.time.to - area.time.from, Nanoseconds(1));
  for (const Nanoseconds tick : ticks) {
    const float x = std::floor(area.x_of(tick)) + 0.5F;
    grid_line({x, area.y}, {x, foot + 3}, view.palette().grid);
    const std::string label = tick_text(tick, step);
    const float width = width_of_text(label);
    const float at = std::clamp(x - width / 2, area.x, std::max(area.x, area.right() - width));
    text_at(at, foot + 3, view.palette().faint_text, label);
  }
}

void fill_columns(const PlotArea& area, const std::vector<std::uint64_t>& low,
                  const std::vector<std::uint64_t>& high, Colour32 colour) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const std::size_t columns = std::min(low.size(), high.size());
  const float step = columns == 0 ? 0 : area.width / static_cast<float>(columns);
  std::size_t first = 0;
  for (std::size_t i = 1; i <= columns; ++i) {
    if (i < columns && low[i] == low[first] && high[i] == high[first]) continue;
    const float top = area.y_of(static_cast<double>(high[first]));
    const float foot = area.y_of(static_cast<double>(low[first]));
    if (high[first] > low[first] && foot - top >= 0.05F) {
      draw.AddRectFilled({area.x + step * static_cast<float>(first), top},
                         {area.x + step * static_cast<float>(i), foot}, colour);
    }
    first = i;
  }
}

void line_columns(const PlotArea& area, const std::vector<std::uint64_t>& values, Colour32 colour,
                  float thickness) {
  if (values.empty()) return;
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float step = area.width / static_cast<float>(values.size());
  draw.PathClear();
  for (std::size_t i = 0; i < values.size(); ++i) {
    // Of a level stretch both ends are enough.
    const bool is_inside =
        i > 0 && i + 1 < values.size() && values[i] == values[i - 1] && values[i] == values[i + 1];
    if (is_inside) continue;
    draw.PathLineTo({area.x + step * (static_cast<float>(i) + 0.5F),
                     area.y_of(static_cast<double>(values[i]))});
  }
  draw.PathStroke(colour, 0, thickness);
}

void colour_sample(float x, float y, float height, Colour32 colour, bool line) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float size = std::min(height - 4, ImGui::GetFontSize() * 0.68F);
  const float middle = y + height / 2;
  if (line) {
    draw.AddLine({x, middle}, {x + size, middle}, colour, 2.5F);
  } else {
    draw.AddRectFilled({x, middle - size / 2}, {x + size, middle + size / 2}, colour, 2);
  }
}

}  // namespace heaptally::view
