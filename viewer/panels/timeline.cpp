#include "viewer/panels/timeline.h"

#include <algorithm>

#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {

struct Timeline::State {
  Slot<Selection, HeapTimeline> heap;
  std::optional<Nanoseconds> drag_from;
};

Timeline::Timeline() : state_(std::make_unique<State>()) {}
Timeline::~Timeline() = default;

void Timeline::forget() { state_->heap.forget(); }

void Timeline::draw(View& view, float height) {
  const auto recording = view.recording;
  Selection key = view.selection();
  key.range.reset();
  key.metric = ViewMetric::kLive;
  const auto heap = state_->heap.ask(view.worker, key, [recording](const Selection& selection) {
    return heap_timeline(recording->profile(selection.raw), recording->timeline(),
                         query_of(selection), Nanoseconds(0), run_time(recording->data()));
  });
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::InvisibleButton("timeline", {width, height});
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  draw.AddRectFilled(at, {at.x + width, at.y + height}, view.palette().background, 4);
  if (!heap) return;
  const auto columns = live_columns(*heap, view.axis.visible(), static_cast<std::size_t>(width));
  const std::uint64_t top = std::max<std::uint64_t>(
      1, columns.empty() ? 1 : *std::max_element(columns.begin(), columns.end()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const float share = static_cast<float>(columns[i]) / static_cast<float>(top);
    const float x = at.x + static_cast<float>(i);
    draw.AddRectFilled({x, at.y + height * (1 - share)}, {x + 1, at.y + height},
                       view.palette().live);
  }
}

void Timeline::tell_state(const View& view, nlohmann::json& state) const {
  state["visible_ns"] = {view.axis.visible().from.count(), view.axis.visible().to.count()};
}

}  // namespace heaptally::view
