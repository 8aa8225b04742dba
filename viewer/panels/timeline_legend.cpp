#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/model/key_names.h"
#include "viewer/model/moments.h"
#include "viewer/panels/timeline_scene.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

struct LegendLine {
  Colour32 colour = 0;
  bool is_line = false;
  std::string_view label = {};
  std::string value = {};
  bool is_off = false;
};

// A line of the legend, as an item of Dear ImGui; returns whether it was clicked.
bool legend_line(const TimelineScene& scene, const View& view, int id, float y, float height,
                 const LegendLine& line) {
  const float size = ImGui::GetFontSize();
  const float x = scene.legend_x;
  ImGui::SetCursorScreenPos({x, y});
  ImGui::PushID(id);
  const bool clicked = ImGui::InvisibleButton("line", {scene.legend_width, height});
  ImGui::PopID();
  if (ImGui::IsItemHovered()) {
    ImGui::GetWindowDrawList()->AddRectFilled({x - 4, y}, {x + scene.legend_width, y + height},
                                              with_alpha(view.palette().accent, 0.12F), 3);
  }
  const Palette& palette = view.palette();
  colour_sample(x, y, height, line.is_off ? with_alpha(line.colour, 0.4F) : line.colour,
                line.is_line);
  const float value_width = width_of_text(line.value);
  const float text_y = y + (height - size) / 2 - 1;
  const float label_x = x + size * 1.15F;
  const float room = scene.legend_width - size * 1.15F - value_width - size * 0.7F;
  text_at(label_x, text_y, line.is_off ? palette.faint_text : palette.text,
          safe_label(line.label, room, true));
  text_at(x + scene.legend_width - value_width, text_y, palette.faint_text, line.value);
  return clicked;
}

void filter_on(View& view, const HeapStack& stack, std::size_t band) {
  const Profile& profile = stack.recording->profile(view.selection().raw);
  const KeyNames names = names_of(profile, Group::kLine, stack.series[band].key);
  if (names.filter.empty()) {
    view.tell("There is no filter for this place", true);
    return;
  }
  Selection selection = view.changed();
  const auto is_there = std::find(selection.filters.begin(), selection.filters.end(), names.filter);
  if (is_there != selection.filters.end()) {
    selection.filters.erase(is_there);
  } else {
    selection.filters = {names.filter};
  }
  view.select(std::move(selection));
}

std::string series_value(const TimelineScene& scene, std::size_t band) {
  if (scene.reading) return size_text(scene.reading->series[band]);
  return size_text(scene.stack->series[band].highest);
}

void series_tip(const StackSeries& series) {
  if (!ImGui::IsItemHovered()) return;
  tooltip(fmt::format("{}\nheld most at {}: {}\nClick: count only this line; click again: all",
                      short_text(series.label), duration_text(series.highest_time),
                      size_text(series.highest)));
}

std::string legend_title(const TimelineScene& scene, const View& view) {
  const std::string what = view.selection().keeps_all() ? "Live heap" : "Live heap, filtered";
  if (!scene.reading) return what + ", highest of each";
  return fmt::format("{} at {}", what, duration_text(scene.reading->edge));
}

void draw_rss_line(TimelineScene& scene, const View& view, float y, float height) {
  const auto& data = scene.stack->recording->data();
  const bool is_known = !scene.columns.rss.empty();
  std::string value = is_known ? size_text(data.header.peak_rss) : "not sampled";
  if (scene.reading && scene.reading->rss) value = size_text(*scene.reading->rss);
  const bool filters = !view.selection().keeps_all();
  const bool clicked = legend_line(scene, view, 1001, y, height,
                                   {.colour = view.palette().rss,
                                    .is_line = true,
                                    .label = filters ? "RSS, unfiltered" : "RSS",
                                    .value = std::move(value),
                                    .is_off = !scene.with_rss});
  tooltip(
      "Resident memory of all processes, as the kernel counts it; filters do not change it.\n"
      "Click to draw it or not. Where it dwarfs the heap it is left out at first.");
  if (clicked && is_known) scene.rss_choice = !scene.with_rss;
}

struct TipLine {
  Colour32 colour = 0;
  std::string_view name = {};
  std::string value = {};
};

void tip_line(const TipLine& line) {
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float size = ImGui::GetFontSize();
  if (line.colour != 0) colour_sample(at.x, at.y, size, line.colour, false);
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + size);
  text(line.name);
  ImGui::TableNextColumn();
  right_text(line.value);
}

void tell_pointer(const TimelineScene& scene, const View& view) {
  const MomentReading& reading = *scene.reading;
  const HeapStack& stack = *scene.stack;
  if (!ImGui::BeginTable("there", 2, ImGuiTableFlags_SizingFixedFit)) return;
  tip_line({.name = "live", .value = whole_text(reading.live)});
  if (reading.most > reading.live.bytes) {
    tip_line({.name = "at most, around it", .value = size_text(reading.most)});
  }
  if (reading.rss) {
    tip_line({.colour = view.palette().rss, .name = "RSS", .value = size_text(*reading.rss)});
  }
  tip_line(
      {.colour = view.palette().rate,
       .name = "allocated",
       .value = fmt::format("{}/s, {}/s", size_text(static_cast<std::uint64_t>(reading.bytes_rate)),
                            counted(static_cast<std::uint64_t>(reading.count_rate), "block"))});
  for (std::size_t i = 0; i < stack.series.size(); ++i) {
    if (reading.series[i] == 0) continue;
    const std::string label = safe_label(stack.series[i].label, ImGui::GetFontSize() * 22, true);
    tip_line({.colour = band_colour(view, stack, i),
              .name = label,
              .value = size_text(reading.series[i])});
  }
  if (reading.others > 0) {
    tip_line({.colour = band_colour(view, stack, stack.series.size()),
              .name = "other lines",
              .value = size_text(reading.others)});
  }
  ImGui::EndTable();
}

}  // namespace

std::optional<std::size_t> draw_legend(TimelineScene& scene, View& view) {
  const HeapStack& stack = *scene.stack;
  const float size = ImGui::GetFontSize();
  const std::size_t bands = stack.series.size() + (stack.has_others ? 1 : 0);
  const auto lines = static_cast<float>(bands + 2);
  const float height = std::clamp(scene.legend_height / lines, size + 1, size + 6);
  float y = scene.lane;
  text_at(scene.legend_x, y, view.palette().faint_text,
          fitted(legend_title(scene, view), scene.legend_width));
  y += height;
  std::optional<std::size_t> pointed;
  // What does not fit gives way from below, but RSS stays.
  const float room = scene.legend_height - height;
  for (std::size_t i = 0; i < bands && y + height <= scene.lane + room + 1; ++i) {
    const bool is_series = i < stack.series.size();
    LegendLine line;
    line.colour = band_colour(view, stack, i);
    line.label = is_series ? std::string_view(stack.series[i].label) : "other lines";
    if (is_series) line.value = series_value(scene, i);
    if (!is_series && scene.reading) line.value = size_text(scene.reading->others);
    if (legend_line(scene, view, static_cast<int>(i), y, height, line) && is_series) {
      filter_on(view, stack, i);
    }
    if (ImGui::IsItemHovered()) pointed = i;
    if (is_series) series_tip(stack.series[i]);
    y += height;
  }
  draw_rss_line(scene, view, y, height);
  return pointed;
}

void draw_pointer(const TimelineScene& scene, const View& view) {
  if (!scene.reading) return;
  const PlotArea& plot = scene.plot;
  const Nanoseconds time = scene.reading->time;
  const float x = plot.x_of(time);
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  draw.AddLine({x, scene.lane}, {x, scene.rate.bottom()}, with_alpha(view.palette().text, 0.6F), 1);
  const RecordingData& data = scene.stack->recording->data();
  ImGui::BeginTooltip();
  text(moment_name(data, time));
  if (scene.reading->edge != time) {
    faint_text(view, "as of " + duration_text(scene.reading->edge) + ", the last that is known");
  }
  tell_pointer(scene, view);
  ImGui::EndTooltip();
}

}  // namespace heaptally::view
