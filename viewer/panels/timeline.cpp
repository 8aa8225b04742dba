#include "viewer/panels/timeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/report/wording.h"
#include "viewer/model/moments.h"
#include "viewer/panels/moment_list.h"
#include "viewer/panels/timeline_scene.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr float kReach = 6;      // pixels within which the pointer takes hold of something
constexpr float kLeastDrag = 3;  // less is a click
constexpr double kZoomStep = 0.8;
constexpr double kPanStep = 0.1;  // of what is visible

}  // namespace

struct Timeline::State {
  Slot<Selection, HeapStack> heap;
  std::shared_ptr<const HeapStack> stack;  // the answer that is shown
  TimelineScene scene;
  RangeDrag drag;
  float pressed_x = 0;
  bool has_moved = false;  // the drag is one, not a click
  bool has_step = false;   // the history has a step of this drag
  std::optional<Nanoseconds> menu_at;
  bool is_shown = false;

  Nanoseconds reach() const {
    const double visible = static_cast<double>((scene.plot.time.to - scene.plot.time.from).count());
    const auto share = static_cast<double>(kReach / std::max(1.0F, scene.plot.width));
    return Nanoseconds(std::llround(visible * share));
  }

  // The moment at a position, or the one with a name close to it.
  Nanoseconds moment_at(const View& view, float x) const {
    const Nanoseconds time = scene.plot.time_at(x);
    if (ImGui::GetIO().KeyShift) return time;
    return snapped(time, snap_moments(*scene.stack, view), reach());
  }

  void ask(View& view);
  void drag_range(View& view);
  void move_view(View& view) const;
  void point(View& view);
  void draw_menu(View& view);
};

namespace {

void keep_moment(View& view, Nanoseconds time) {
  const auto is_there = [&](const KeptMoment& kept) { return kept.time == time; };
  if (std::any_of(view.kept.begin(), view.kept.end(), is_there)) {
    view.tell("That moment is kept already");
    return;
  }
  std::size_t number = view.kept.size() + 1;
  const auto name_is_used = [&](const KeptMoment& kept) {
    return kept.name == "snapshot " + std::to_string(number);
  };
  while (std::any_of(view.kept.begin(), view.kept.end(), name_is_used)) ++number;
  view.kept.push_back({.name = "snapshot " + std::to_string(number), .time = time});
  view.tell("Kept " + moment_name(view.recording->data(), time) + " as " + view.kept.back().name);
}

void do_zoom_actions(View& view) {
  TimeAxis& axis = view.axis;
  // Around the pointer where it is on the timeline.
  const double share = view.hovered ? axis.position_of(*view.hovered, 1) : 0.5;
  if (view.is_asked(Action::kZoomIn)) axis.zoom(kZoomStep, share);
  if (view.is_asked(Action::kZoomOut)) axis.zoom(1 / kZoomStep, share);
  if (view.is_asked(Action::kEarlier)) axis.pan(-kPanStep);
  if (view.is_asked(Action::kLater)) axis.pan(kPanStep);
  if (view.is_asked(Action::kAllTime)) axis.show_all();
  if (!view.is_asked(Action::kZoomToRange)) return;
  if (view.selection().range) {
    axis.show(*view.selection().range);
  } else {
    view.tell("There is no range: drag over the timeline to choose one");
  }
}

// The moment that an action is about: the pointer's, that of a list, or else an edge of the range.
std::optional<Nanoseconds> asked_moment(const View& view, bool is_later) {
  if (view.hovered) return view.hovered;
  if (view.pointed) return view.pointed;
  const auto& range = view.selection().range;
  if (range) return is_later ? range->to : range->from;
  return {};
}

void do_range_action(View& view) {
  if (!view.is_asked(Action::kRangeOfAB)) return;
  Selection selection = view.changed();
  selection.range = span_of_a_and_b(view);
  if (!selection.range) {
    view.tell("A and B are one moment: [ and ] drop them at the pointer");
    return;
  }
  view.select(std::move(selection));
}

void do_snapshot_actions(View& view) {
  const bool drops_a = view.is_asked(Action::kDropA);
  const bool drops_b = view.is_asked(Action::kDropB);
  const bool keeps = view.is_asked(Action::kKeepSnapshot);
  if (!drops_a && !drops_b && !keeps) return;
  const auto moment = asked_moment(view, !drops_a);
  if (!moment) {
    view.tell("Point at a moment of the timeline, or choose a range, then press the key again");
    return;
  }
  const std::string name = moment_name(view.recording->data(), *moment);
  if (drops_a) view.a = moment;
  if (drops_b) view.b = moment;
  if (drops_a || drops_b) view.tell((drops_a ? "A is " : "B is ") + name);
  if (keeps) keep_moment(view, *moment);
}

}  // namespace

void Timeline::State::drag_range(View& view) {
  const ImGuiIO& io = ImGui::GetIO();
  const bool is_left = ImGui::IsMouseDown(ImGuiMouseButton_Left);
  if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
    view.choose(Action::kClearRange);
    drag.release();
    return;
  }
  if (ImGui::IsItemActivated() && is_left) {
    drag.press(moment_at(view, io.MousePos.x), view.selection().range, reach());
    pressed_x = io.MousePos.x;
    has_moved = has_step = false;
  }
  if (!drag.is_on()) return;
  if (!is_left) {
    drag.release();
    return;
  }
  has_moved = has_moved || std::abs(io.MousePos.x - pressed_x) >= kLeastDrag;
  if (!has_moved) return;
  Selection selection = view.changed();
  selection.range = drag.range_to(moment_at(view, io.MousePos.x));
  if (!selection.range || selection == view.selection()) return;
  // The whole drag is one step back.
  if (has_step) {
    view.history.replace(std::move(selection));
  } else {
    view.select(std::move(selection));
    has_step = true;
  }
}

void Timeline::State::move_view(View& view) const {
  const ImGuiIO& io = ImGui::GetIO();
  const float width = std::max(1.0F, scene.plot.width);
  if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Middle, 0)) {
    view.axis.pan(-static_cast<double>(io.MouseDelta.x / width));
  }
  if (!ImGui::IsItemHovered()) return;
  const double share =
      std::clamp(static_cast<double>((io.MousePos.x - scene.plot.x) / width), 0.0, 1.0);
  const double sideways = static_cast<double>(io.MouseWheelH - (io.KeyShift ? io.MouseWheel : 0));
  if (sideways != 0) view.axis.pan(sideways * kPanStep);
  if (!io.KeyShift && io.MouseWheel != 0) {
    view.axis.zoom(std::pow(kZoomStep, static_cast<double>(io.MouseWheel)), share);
  }
}

void Timeline::State::point(View& view) {
  view.hovered.reset();
  scene.reading.reset();
  const PlotArea& plot = scene.plot;
  ImGui::SetCursorScreenPos({plot.x, scene.lane});
  ImGui::InvisibleButton("plot", {plot.width, scene.rate.bottom() - scene.lane},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonMiddle);
  name_area(view, "timeline:plot");
  if (ImGui::IsItemHovered() || (ImGui::IsItemActive() && drag.is_on())) {
    view.hovered = moment_at(view, ImGui::GetIO().MousePos.x);
    scene.reading = reading_at(*scene.stack, *view.hovered);
    const bool holds =
        near_edge(view.selection().range, plot.time_at(ImGui::GetIO().MousePos.x), reach())
            .has_value();
    if (holds || drag.is_on()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  }
  if (ImGui::IsItemHovered() && ImGui::IsMouseReleased(ImGuiMouseButton_Right)) {
    menu_at = view.hovered;
    ImGui::OpenPopup("moment");
  }
  drag_range(view);
  move_view(view);
}

void Timeline::State::draw_menu(View& view) {
  if (!ImGui::BeginPopup("moment")) return;
  const Nanoseconds time = menu_at.value_or(Nanoseconds(0));
  const RecordingData& data = view.recording->data();
  faint_text(view, moment_name(data, time));
  ImGui::Separator();
  if (ImGui::MenuItem("Drop A here", "[")) view.a = time;
  if (ImGui::MenuItem("Drop B here", "]")) view.b = time;
  if (ImGui::MenuItem("Keep a snapshot of it", "k")) keep_moment(view, time);
  if (ImGui::MenuItem("Compare A and B", nullptr, false, view.a && view.b)) {
    view.show(PanelId::kSnapshots);
  }
  ImGui::Separator();
  const auto& range = view.selection().range;
  const auto to_range = [&](Nanoseconds from, Nanoseconds to) {
    Selection selection = view.changed();
    selection.range = TimeSpan{.from = from, .to = to};
    view.select(std::move(selection));
  };
  const Nanoseconds from = range ? range->from : Nanoseconds(0);
  const Nanoseconds to = range ? range->to : scene.stack->heap.to;
  if (ImGui::MenuItem("Range begins here", nullptr, false, time < to)) to_range(time, to);
  if (ImGui::MenuItem("Range ends here", nullptr, false, time > from)) to_range(from, time);
  if (ImGui::MenuItem("Zoom to the range", "z", false, range.has_value())) {
    view.choose(Action::kZoomToRange);
  }
  if (ImGui::MenuItem("Clear the range", "Backspace", false, range.has_value())) {
    view.choose(Action::kClearRange);
  }
  if (ImGui::MenuItem("Show the whole run", "0")) view.choose(Action::kAllTime);
  ImGui::Separator();
  if (ImGui::MenuItem("Copy the moment")) view.copy(moment_option(data, time));
  ImGui::EndPopup();
}

Timeline::Timeline() : state_(std::make_unique<State>()) {}
Timeline::~Timeline() = default;

void Timeline::forget() {
  state_->heap.forget();
  state_->stack.reset();
  state_->scene = {};
  state_->drag.release();
}

void Timeline::State::ask(View& view) {
  is_shown = false;
  const auto recording = view.recording;
  // What needs no timeline is not to wait on the worker for what does.
  if (!recording->has_timeline()) {
    progress_state(view, "Reading the timeline", recording->timeline_share());
    return;
  }
  const auto answer = heap.ask(view.worker, stack_question(view.selection()),
                               [recording](const Selection& selection) {
                                 return stack_heap(recording, selection, kSeries - 1);
                               });
  is_shown = heaptally::view::is_shown(view, answer);
  stack = answer.answer;
}

void Timeline::draw(View& view, float height) {
  State& state = *state_;
  ImGui::BeginChild("timeline", {0, height}, true,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  state.ask(view);
  if (state.is_shown) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size = ImGui::GetContentRegionAvail();
    lay_out(state.scene, view, state.stack, at.x, at.y, size.x, size.y);
    state.point(view);
    draw_scene(state.scene, view);
    const auto pointed = draw_legend(state.scene, view);
    if (pointed != state.scene.emphasised) view.redraw = true;
    state.scene.emphasised = pointed;
    draw_pointer(state.scene, view);
    do_snapshot_actions(view);
    do_range_action(view);
    view.pointed.reset();
    state.draw_menu(view);
  }
  do_zoom_actions(view);
  ImGui::EndChild();
}

void Timeline::tell_state(const View& view, nlohmann::json& state) const {
  const TimeSpan& visible = view.axis.visible();
  state["visible_ns"] = {visible.from.count(), visible.to.count()};
  const auto time_or_null = [](const std::optional<Nanoseconds>& time) {
    return time ? nlohmann::json(time->count()) : nlohmann::json();
  };
  state["hovered_ns"] = time_or_null(view.hovered);
  state["a_ns"] = time_or_null(view.a);
  state["b_ns"] = time_or_null(view.b);
  if (!state_->is_shown) return;
  const TimelineScene& scene = state_->scene;
  const PlotArea& plot = scene.plot;
  state["plot"] = {plot.x, plot.y, plot.width, plot.height};
  state["peak"] = {{"ns", scene.stack->heap.peak.time.count()},
                   {"bytes", scene.stack->heap.peak.bytes},
                   {"exact", scene.stack->heap.peak.exact}};
  state["highest_in_sight"] = scene.columns.highest;
  state["with_rss"] = scene.with_rss;
  nlohmann::json& series = state["series"];
  series = nlohmann::json::array();
  for (const StackSeries& each : scene.stack->series) {
    series.push_back({{"label", printable(cut_text(each.label, 200))}, {"highest", each.highest}});
  }
}

}  // namespace heaptally::view
