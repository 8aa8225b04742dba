#include "viewer/panels/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <imgui/imgui.h>

#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

float text_width(const std::string& text) { return ImGui::CalcTextSize(text.c_str()).x; }

// Every n-th label, so that they do not touch each other.
std::size_t label_stride(const std::vector<HistogramBar>& bars, float bar_width) {
  float widest = 1;
  for (const HistogramBar& bar : bars) widest = std::max(widest, text_width(bar.label));
  return static_cast<std::size_t>(std::max(1.0F, std::ceil((widest + 10) / bar_width)));
}

}  // namespace

AxisSteps axis_steps(double most, bool binary) {
  if (most <= 4) return {.most = std::max(1.0, std::ceil(most)), .step = 1};
  constexpr double kParts = 4;
  const double rough = most / kParts;
  double step = 1;
  if (binary) {
    step = std::exp2(std::ceil(std::log2(rough)));
    if (step / 2 * (kParts + 2) >= most) step /= 2;
  } else {
    const double power = std::pow(10, std::floor(std::log10(rough)));
    constexpr std::array<double, 4> kFactors = {1, 2, 5, 10};
    for (const double factor : kFactors) {
      step = factor * power;
      if (step >= rough) break;
    }
  }
  return {.most = std::ceil(most / step) * step, .step = step};
}

std::optional<std::size_t> draw_histogram(const View& view, const char* id,
                                          const std::vector<HistogramBar>& bars,
                                          const HistogramStyle& style,
                                          std::optional<std::size_t> chosen, float height) {
  const Palette& palette = view.palette();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float line = ImGui::GetTextLineHeight();
  height = std::max(height, 4 * line);
  ImGui::InvisibleButton(id, {width, height});
  const bool is_hovered = ImGui::IsItemHovered();
  const bool is_clicked = ImGui::IsItemClicked();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  double most = 0;
  for (const HistogramBar& bar : bars) most = std::max(most, bar.value);
  const AxisSteps axis = axis_steps(most, style.is_binary);
  float left_room = 0;
  for (double value = 0; value <= axis.most; value += axis.step) {
    left_room = std::max(left_room, text_width(style.value_text(value)));
  }
  const float left = at.x + left_room + 8;
  const float right = at.x + width - 4;
  const float top = at.y + line * 0.6F;
  const float bottom = at.y + height - line - 6;
  const auto y_of = [&](double value) {
    return bottom - static_cast<float>(value / axis.most) * (bottom - top);
  };
  for (double value = 0; value <= axis.most; value += axis.step) {
    const std::string label = style.value_text(value);
    const float y = y_of(value);
    list.AddLine({left, y}, {right, y}, palette.grid);
    list.AddText({left - 6 - text_width(label), y - line / 2}, palette.faint_text, label.c_str());
  }
  if (bars.empty()) return {};
  const float each = (right - left) / static_cast<float>(bars.size());
  const std::size_t stride = label_stride(bars, each);
  std::optional<std::size_t> clicked;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const float from = left + static_cast<float>(i) * each;
    const float mouse = ImGui::GetIO().MousePos.x;
    const bool is_over = is_hovered && mouse >= from && mouse < from + each;
    const float gap = std::min(3.0F, each * 0.12F);
    if (is_over) {
      list.AddRectFilled({from, top}, {from + each, bottom}, with_alpha(palette.accent, 0.08F));
      ImGui::SetTooltip("%s", bars[i].hover.c_str());
      if (is_clicked) clicked = i;
    }
    // What there is can be seen, however little it is.
    const float y = bars[i].value > 0 ? std::min(y_of(bars[i].value), bottom - 1.5F) : bottom;
    const Colour32 colour = chosen == i ? palette.accent : style.colour;
    if (y < bottom) list.AddRectFilled({from + gap, y}, {from + each - gap, bottom}, colour, 2);
    if (i % stride == 0) {
      const float label = text_width(bars[i].label);
      const float x = std::clamp(from + (each - label) / 2, left, std::max(left, right - label));
      list.AddText({x, bottom + 4}, palette.faint_text, bars[i].label.c_str());
    }
  }
  list.AddLine({left, bottom}, {right, bottom}, palette.faint_text);
  return clicked;
}

}  // namespace heaptally::view
