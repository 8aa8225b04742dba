#include "viewer/panels/timeline_scene.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr float kHeadroom = 1.08F;
// RSS that is so many times the heap would leave nothing of it to be seen.
constexpr std::uint64_t kDwarfs = 3;
constexpr float kMostFlag = 150;
// Of more marks in sight the names have no room anyway.
constexpr std::size_t kMostNamed = 300;

double top_of(const TimelineScene& scene) {
  std::uint64_t most = scene.columns.highest;
  if (scene.with_rss) most = std::max(most, scene.columns.highest_rss);
  return static_cast<double>(std::max<std::uint64_t>(most, 16)) * kHeadroom;
}

void draw_bands(const TimelineScene& scene, const View& view) {
  const StackColumns& columns = scene.columns;
  const std::vector<std::uint64_t> ground(columns.columns);
  const std::vector<std::uint64_t>* below = &ground;
  for (std::size_t i = 0; i < columns.bands; ++i) {
    const bool is_faint = scene.emphasised && *scene.emphasised != i;
    const Colour32 colour = band_colour(view, *scene.stack, i);
    fill_columns(scene.plot, *below, columns.tops[i],
                 is_faint ? with_alpha(colour, 0.25F) : colour);
    below = &columns.tops[i];
  }
  fill_columns(scene.plot, *below, columns.most, with_alpha(view.palette().live, 0.2F));
  line_columns(scene.plot, columns.most, with_alpha(view.palette().live, 0.75F), 1);
}

void draw_rate(const TimelineScene& scene, const View& view) {
  const PlotArea& area = scene.rate;
  const std::vector<std::uint64_t> ground(scene.columns.columns);
  fill_columns(area, ground, scene.columns.rate, view.palette().rate);
  ImGui::GetWindowDrawList()->AddLine({area.x, area.bottom()}, {area.right(), area.bottom()},
                                      view.palette().grid, 1);
  const std::string most = size_text(scene.columns.highest_rate) + "/s";
  const float size = ImGui::GetFontSize();
  const float left = area.x - size / 2 - width_of_text(most);
  text_at(left, area.y + (area.height - size) / 2, view.palette().faint_text, most);
}

void draw_peak(const TimelineScene& scene, const View& view) {
  const TimelinePeak& peak = scene.stack->heap.peak;
  if (peak.bytes == 0 || !scene.plot.holds(peak.time)) return;
  const PlotArea& plot = scene.plot;
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const ImVec2 at = {plot.x_of(peak.time), plot.y_of(static_cast<double>(peak.bytes))};
  draw.AddCircleFilled(at, 4, view.palette().peak);
  draw.AddCircle(at, 4, view.palette().background, 0, 1);
  const std::string label =
      fmt::format("{} {}", peak.exact ? "peak" : "highest known", size_text(peak.bytes));
  const float size = ImGui::GetFontSize();
  const float width = width_of_text(label);
  const bool is_right = at.x + 10 + width < plot.right();
  const float x = is_right ? at.x + 9 : at.x - 9 - width;
  const float y = std::clamp(at.y - size / 2, plot.y, plot.bottom() - size);
  draw.AddRectFilled({x - 3, y - 1}, {x + width + 3, y + size + 2},
                     with_alpha(view.palette().background, 0.8F), 3);
  text_at(x, y, view.palette().peak, label);
}

// In order of importance.
std::vector<TimelineFlag> flags_of(const TimelineScene& scene, const View& view) {
  std::vector<TimelineFlag> flags;
  const Palette& palette = view.palette();
  const auto& marks = scene.stack->recording->data().marks;
  flags.reserve(view.kept.size() + marks.size() + 2);
  if (view.a) flags.push_back({*view.a, "A", palette.accent, true});
  if (view.b) flags.push_back({*view.b, "B", palette.accent, true});
  for (const KeptMoment& kept : view.kept) {
    flags.push_back({kept.time, safe_label(kept.name, kMostFlag), palette.text});
  }
  std::size_t named = 0;
  for (const Mark& mark : marks) {
    if (!scene.plot.holds(mark.time)) continue;
    const bool is_named = ++named <= kMostNamed;
    flags.push_back({mark.time, is_named ? safe_label(mark.name, kMostFlag) : "", palette.mark});
  }
  std::erase_if(flags, [&](const TimelineFlag& flag) { return !scene.plot.holds(flag.time); });
  return flags;
}

void draw_flag(const TimelineScene& scene, const TimelineFlag& flag, float from, float to) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float size = ImGui::GetFontSize();
  const Colour32 fill = flag.is_solid ? flag.colour : with_alpha(flag.colour, 0.16F);
  draw.AddRectFilled({from, scene.lane}, {to, scene.lane + size + 2}, fill, 3);
  text_at(from + 4, scene.lane + 1, flag.is_solid ? text_on(flag.colour) : flag.colour, flag.label);
}

void draw_flags(const TimelineScene& scene, const View& view) {
  const std::vector<TimelineFlag> flags = flags_of(scene, view);
  std::vector<PlacedLabel> places;
  places.reserve(flags.size());
  for (const TimelineFlag& flag : flags) {
    const float width = width_of_text(flag.label) + 8;
    const float x = scene.plot.x_of(flag.time);
    const float from = std::min(x, scene.plot.right() - width);
    places.push_back({.from = static_cast<double>(from), .to = static_cast<double>(from + width)});
  }
  const std::vector<bool> fits = fitting_labels(places, 3);
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  for (std::size_t i = flags.size(); i-- > 0;) {
    const float x = scene.plot.x_of(flags[i].time);
    const bool is_written = fits[i] && !flags[i].label.empty();
    const float top = is_written ? scene.lane : scene.plot.y - 5;
    draw.AddLine({x, top}, {x, scene.rate.bottom()}, with_alpha(flags[i].colour, 0.7F),
                 flags[i].is_solid ? 1.5F : 1);
    if (!is_written) continue;
    draw_flag(scene, flags[i], static_cast<float>(places[i].from),
              static_cast<float>(places[i].to));
  }
}

void draw_range_of(const TimelineScene& scene, const View& view) {
  const auto& range = view.selection().range;
  if (!range) return;
  const PlotArea& plot = scene.plot;
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float from = std::clamp(plot.x_of(range->from), plot.x, plot.right());
  const float to = std::clamp(plot.x_of(range->to), plot.x, plot.right());
  const float foot = scene.rate.bottom();
  const Colour32 dim = with_alpha(view.palette().background, 0.6F);
  draw.AddRectFilled({plot.x, plot.y}, {from, foot}, dim);
  draw.AddRectFilled({to, plot.y}, {plot.right(), foot}, dim);
  draw.AddRectFilled({from, plot.y}, {to, foot}, view.palette().range);
  const float middle = (plot.y + plot.bottom()) / 2;
  for (const Nanoseconds edge : {range->from, range->to}) {
    if (!plot.holds(edge)) continue;
    const float x = plot.x_of(edge);
    draw.AddLine({x, plot.y}, {x, foot}, view.palette().accent, 1.5F);
    draw.AddRectFilled({x - 3, middle - 9}, {x + 3, middle + 9}, view.palette().accent, 3);
  }
}

}  // namespace

Colour32 band_colour(const View& view, const HeapStack& stack, std::size_t band) {
  return series_colour(view.palette(), band < stack.series.size() ? band : kSeries - 1);
}

std::vector<Nanoseconds> snap_moments(const HeapStack& stack, const View& view) {
  std::vector<Nanoseconds> moments = {Nanoseconds(0), stack.heap.to};
  const auto& marks = stack.recording->data().marks;
  moments.reserve(marks.size() + view.kept.size() + 5);
  for (const Mark& mark : marks) moments.push_back(mark.time);
  for (const KeptMoment& kept : view.kept) moments.push_back(kept.time);
  if (stack.heap.peak.bytes > 0) moments.push_back(stack.heap.peak.time);
  if (view.a) moments.push_back(*view.a);
  if (view.b) moments.push_back(*view.b);
  return moments;
}

void lay_out(TimelineScene& scene, const View& view, std::shared_ptr<const HeapStack> stack,
             float x, float y, float width, float height) {
  const float size = ImGui::GetFontSize();
  const TimeSpan visible = view.axis.visible();
  scene.legend_width = std::clamp(width * 0.24F, size * 12, size * 24);
  scene.legend_x = x + width - scene.legend_width;
  scene.legend_height = height;
  scene.lane = y;
  PlotArea plot;
  plot.x = x + size_axis_width();
  const bool has_flags =
      view.a || view.b || !view.kept.empty() || !view.recording->data().marks.empty();
  plot.y = y + (has_flags ? size + 6 : 2);
  plot.width = std::max(40.0F, scene.legend_x - size * 0.8F - plot.x);
  plot.time = visible;
  PlotArea rate = plot;
  rate.height = std::clamp(height * 0.12F, 14.0F, 28.0F);
  rate.y = y + height - size - 6 - rate.height;
  plot.height = std::max(20.0F, rate.y - 6 - plot.y);
  const auto columns = static_cast<std::size_t>(plot.width);
  const bool is_same = scene.stack == stack && scene.columns.columns == columns &&
                       scene.plot.time.from == visible.from && scene.plot.time.to == visible.to;
  scene.stack = std::move(stack);
  scene.plot = plot;
  scene.rate = rate;
  if (!is_same) scene.columns = stack_columns(*scene.stack, visible, columns);
  const StackColumns& counted = scene.columns;
  scene.with_rss = scene.rss_choice.value_or(counted.highest > 0 &&
                                             counted.highest_rss / kDwarfs <= counted.highest) &&
                   !counted.rss.empty();
  scene.plot.top = top_of(scene);
  scene.rate.top = static_cast<double>(std::max<std::uint64_t>(counted.highest_rate, 1));
}

void draw_scene(TimelineScene& scene, const View& view) {
  draw_size_axis(view, scene.plot);
  draw_time_axis(view, scene.plot, scene.rate.bottom());
  const PlotArea& plot = scene.plot;
  // What an axis shows in part does not reach over its edges.
  ImGui::PushClipRect({plot.x, scene.lane}, {plot.right() + 1, scene.rate.bottom() + 1}, true);
  draw_bands(scene, view);
  if (scene.with_rss) line_columns(plot, scene.columns.rss, view.palette().rss, 1.8F);
  ImGui::PopClipRect();
  draw_rate(scene, view);
  draw_range_of(scene, view);
  if (view.pointed && plot.holds(*view.pointed)) {
    const float x = plot.x_of(*view.pointed);
    ImGui::GetWindowDrawList()->AddLine({x, plot.y}, {x, scene.rate.bottom()}, view.palette().text,
                                        1.5F);
  }
  if (scene.columns.highest == 0) {
    const bool filters = !view.selection().keeps_all();
    const std::string_view nothing =
        filters ? "The filters keep nothing: c clears them" : "Nothing was allocated";
    text_at(plot.x + (plot.width - width_of_text(nothing)) / 2, plot.y + plot.height * 0.3F,
            view.palette().faint_text, nothing);
  }
  draw_flags(scene, view);
  draw_peak(scene, view);
}

}  // namespace heaptally::view
