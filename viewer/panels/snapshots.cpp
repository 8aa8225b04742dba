#include <algorithm>
#include <cmath>
#include <utility>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/report/wording.h"
#include "viewer/panels/difference_table.h"
#include "viewer/panels/moment_list.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class SnapshotsPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kSnapshots; }

  void draw(View& view) override {
    take_focus();
    const float width = ImGui::GetContentRegionAvail().x;
    const float letter = ImGui::GetFontSize();
    list_width_ = std::clamp(list_width_ > 0 ? list_width_ : width * 0.3F, letter * 16,
                             std::max(letter * 17, width * 0.6F));
    ImGui::BeginChild("moments of the run", {list_width_, 0});
    draw_list_tools(view);
    list_.draw(view, list_has_keys_);
    note_focus(true);
    ImGui::EndChild();
    ImGui::SameLine(0, 4);
    list_width_ += splitter(view, "moments splitter", false, ImGui::GetContentRegionAvail().y);
    ImGui::SameLine(0, 4);
    ImGui::BeginChild("growth");
    draw_growth(view);
    note_focus(false);
    ImGui::EndChild();
  }

  void forget() override {
    list_.forget();
    growth_.forget();
  }

  std::optional<Table> table(const View&) const override { return growth_.table(); }
  std::string command(const View&) const override { return growth_.command(); }

  void tell_state(const View& view, nlohmann::json& state) const override {
    state["a_ns"] = moment_a(view).count();
    state["b_ns"] = moment_b(view).count();
    list_.tell_state(view, state["moments"]);
    growth_.tell_state(state["growth"]);
  }

 private:
  // Left and right change between the list and the table.
  void take_focus() {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.WantTextInput || io.KeyAlt || io.KeyCtrl) return;
    if (ImGui::IsKeyPressed(GLFW_KEY_LEFT, false)) list_has_keys_ = true;
    if (ImGui::IsKeyPressed(GLFW_KEY_RIGHT, false)) list_has_keys_ = false;
  }

  void note_focus(bool is_list) {
    const bool is_clicked = ImGui::IsMouseClicked(ImGuiMouseButton_Left);
    if (is_clicked && ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows)) {
      list_has_keys_ = is_list;
    }
  }

  void draw_list_tools(View& view) {
    if (ImGui::Button("Keep a snapshot")) {
      if (!view.hovered) view.pointed = view.pointed.value_or(moment_b(view));
      view.choose(Action::kKeepSnapshot);
    }
    tooltip(
        "Keep the moment that is chosen here. Over the timeline: k keeps the one at the "
        "pointer, [ makes it A, ] makes it B.");
    ImGui::SameLine();
    if (ImGui::Button("Copy")) view.copy(list_.as_text(view));
    tooltip("Copy this list");
  }

  void draw_growth(View& view) {
    const RecordingData& data = view.recording->data();
    const Nanoseconds a = moment_a(view);
    const Nanoseconds b = moment_b(view);
    growth_.draw_tools(view);
    ImGui::SameLine();
    if (ImGui::Button("A ↔ B")) {
      view.a = b;
      view.b = a;
    }
    tooltip("Exchange A and B");
    ImGui::SameLine();
    ImGui::BeginDisabled(a == b);
    if (ImGui::Button("Use A..B as the range")) view.choose(Action::kRangeOfAB);
    name_area(view, "snapshots:range");
    ImGui::EndDisabled();
    tooltip("All panels show what happened between A and B (g)");
    const std::string moments = "A: " + moment_name(data, a) + "  →  B: " + moment_name(data, b);
    coloured_text(view.palette().accent, fitted(moments, ImGui::GetContentRegionAvail().x));
    growth_.draw(view,
                 {.before = {.recording = view.recording, .time = a},
                  .after = {.recording = view.recording, .time = b},
                  .filters = difference_filters(view.selection())},
                 !list_has_keys_);
  }

  MomentList list_;
  DifferenceTable growth_;
  float list_width_ = 0;
  bool list_has_keys_ = true;
};

}  // namespace

std::unique_ptr<Panel> make_snapshots() { return std::make_unique<SnapshotsPanel>(); }

}  // namespace heaptally::view
