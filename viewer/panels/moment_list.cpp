#include "viewer/panels/moment_list.h"

#include <algorithm>

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui/imgui.h>
#include <imgui/imgui_stdlib.h>
#include <nlohmann/json.hpp>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/model/heap_stack.h"
#include "viewer/panels/plot.h"
#include "viewer/panels/rows.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr std::size_t kToldMoments = 100;

std::uint64_t live_at(const HeapTimeline& heap, Nanoseconds time) {
  if (time == heap.peak.time && heap.peak.exact) return heap.peak.bytes;
  const auto after = std::partition_point(heap.rows.begin(), heap.rows.end(),
                                          [&](const TimelineRow& row) { return row.end <= time; });
  return after == heap.rows.begin() ? heap.live_at_start : (after - 1)->live.bytes;
}

}  // namespace

Nanoseconds moment_a(const View& view) { return view.a.value_or(Nanoseconds(0)); }

Nanoseconds moment_b(const View& view) { return view.b.value_or(run_time(view.recording->data())); }

std::optional<TimeSpan> span_of_a_and_b(const View& view) {
  const auto [from, to] = std::minmax({moment_a(view), moment_b(view)});
  if (from == to) return {};
  return TimeSpan{.from = from, .to = to};
}

void MomentList::forget() {
  heap_.forget();
  known_.reset();
  named_of_.reset();
  named_.clear();
  chosen_ = ~std::size_t{0};
}

void MomentList::take_names(const View& view) {
  if (named_of_ == view.recording) return;
  named_of_ = view.recording;
  named_ = named_moments(view.recording->data());
}

MomentList::Row MomentList::row_of(const View& view, std::size_t index) const {
  if (index < view.kept.size()) return {view.kept[index].name, view.kept[index].time, index};
  const NamedMoment& named = named_[index - view.kept.size()];
  return {named.name, named.time, {}};
}

std::string MomentList::live_text(Nanoseconds time) const {
  return known_ ? size_text(live_at(*known_, time)) : "…";
}

void MomentList::draw(View& view, bool has_keys) {
  take_names(view);
  const auto recording = view.recording;
  const auto heap = heap_.ask(
      view.worker, stack_question(view.selection()), [recording](const Selection& selection) {
        return heap_timeline(recording->profile(selection.raw), recording->timeline(),
                             query_of(selection), Nanoseconds(0), run_time(recording->data()));
      });
  known_ = heap.answer;
  if (has_keys) do_keys(view);
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY |
                                     ImGuiTableFlags_BordersOuter | ImGuiTableFlags_NoSavedSettings;
  if (!ImGui::BeginTable("moments", 5, kFlags, {0, ImGui::GetContentRegionAvail().y})) return;
  const float letter = ImGui::GetFontSize();
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableSetupColumn("A", ImGuiTableColumnFlags_WidthFixed, letter * 1.4F);
  ImGui::TableSetupColumn("B", ImGuiTableColumnFlags_WidthFixed, letter * 1.4F);
  ImGui::TableSetupColumn("Moment", ImGuiTableColumnFlags_WidthStretch);
  ImGui::TableSetupColumn("Time", ImGuiTableColumnFlags_WidthFixed, letter * 5);
  ImGui::TableSetupColumn("Live", ImGuiTableColumnFlags_WidthFixed, letter * 5);
  header_row({true, true, true, false, false});
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows(view)));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      // A row of this frame may have been removed by one before it.
      if (static_cast<std::size_t>(i) < rows(view)) draw_row(view, static_cast<std::size_t>(i));
    }
  }
  ImGui::EndTable();
  if (opens_menu_) ImGui::OpenPopup("moment menu");
  opens_menu_ = false;
  draw_menu(view);
  if (opens_rename_) ImGui::OpenPopup("rename moment");
  opens_rename_ = false;
  draw_rename(view);
  if (chosen_ < rows(view) && has_keys) view.pointed = row_of(view, chosen_).time;
}

void MomentList::draw_row(View& view, std::size_t index) {
  const Row row = row_of(view, index);
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushID(static_cast<int>(index));
  const RowMouse mouse = table_row(view, index == chosen_);
  draw_choice(view, "a", view.a, Nanoseconds(0), row.time);
  ImGui::TableNextColumn();
  draw_choice(view, "b", view.b, run_time(view.recording->data()), row.time);
  ImGui::TableNextColumn();
  const std::string name = safe_label(row.name, ImGui::GetContentRegionAvail().x);
  if (row.kept) {
    coloured_text(view.palette().accent, name);
  } else {
    text(name);
  }
  ImGui::TableNextColumn();
  right_text(duration_text(row.time));
  ImGui::TableNextColumn();
  right_text(live_text(row.time));
  ImGui::PopID();
  if (mouse.clicked || mouse.asks_menu) chosen_ = index;
  if (mouse.asks_menu) opens_menu_ = true;
  if (mouse.entered) go_to(view, row.time);
}

void MomentList::draw_choice(View& view, const char* label, std::optional<Nanoseconds>& chosen,
                             Nanoseconds usual, Nanoseconds time) const {
  // A radio button of the height of a line of text.
  const float size = ImGui::GetTextLineHeight();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (ImGui::InvisibleButton(label, {size, size})) chosen = time;
  const bool is_over = ImGui::IsItemHovered();
  const ImVec2 centre = {at.x + size / 2, at.y + size / 2};
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  draw.AddCircle(centre, size * 0.36F, is_over ? view.palette().accent : view.palette().faint_text,
                 0, 1.2F);
  if (chosen.value_or(usual) == time) {
    draw.AddCircleFilled(centre, size * 0.22F, view.palette().accent);
  }
  tooltip(*label == 'a' ? "Compare from this moment" : "Compare to this moment");
}

void MomentList::do_keys(View& view) {
  const RowKeys keys = row_keys(chosen_, rows(view), 10);
  if (chosen_ >= rows(view) || ImGui::GetIO().WantTextInput) return;
  const Row row = row_of(view, chosen_);
  if (keys.entered) go_to(view, row.time);
  if (!row.kept) return;
  if (ImGui::IsKeyPressed(GLFW_KEY_DELETE, false)) remove(view, *row.kept);
  if (ImGui::IsKeyPressed(GLFW_KEY_F2, false)) {
    new_name_ = row.name;
    opens_rename_ = true;
  }
}

void MomentList::draw_menu(View& view) {
  if (!ImGui::BeginPopup("moment menu")) return;
  if (chosen_ < rows(view)) {
    const Row row = row_of(view, chosen_);
    if (ImGui::MenuItem("Compare from here (A)", "[")) view.a = row.time;
    if (ImGui::MenuItem("Compare to here (B)", "]")) view.b = row.time;
    if (ImGui::MenuItem("Go to it", "Enter")) go_to(view, row.time);
    ImGui::Separator();
    if (ImGui::MenuItem("Rename...", "F2", false, row.kept.has_value())) {
      new_name_ = row.name;
      opens_rename_ = true;
    }
    if (ImGui::MenuItem("Delete", "Del", false, row.kept.has_value())) remove(view, *row.kept);
    ImGui::Separator();
    if (ImGui::MenuItem("Copy the moment")) {
      view.copy(moment_option(view.recording->data(), row.time));
    }
    if (ImGui::MenuItem("Copy the list")) view.copy(as_text(view));
  }
  ImGui::EndPopup();
}

void MomentList::draw_rename(View& view) {
  if (!ImGui::BeginPopup("rename moment")) return;
  text("Name of the snapshot");
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(ImGui::GetFontSize() * 16);
  const bool entered = ImGui::InputText("##name", &new_name_, ImGuiInputTextFlags_EnterReturnsTrue);
  const bool done = ImGui::Button("Rename") || entered;
  if (done && chosen_ < view.kept.size() && !new_name_.empty()) {
    view.kept[chosen_].name = new_name_;
    ImGui::CloseCurrentPopup();
  }
  ImGui::SameLine();
  if (ImGui::Button("Cancel")) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

void MomentList::remove(View& view, std::size_t kept) {
  if (kept >= view.kept.size()) return;
  view.tell("Deleted " + view.kept[kept].name);
  view.kept.erase(view.kept.begin() + static_cast<std::ptrdiff_t>(kept));
  chosen_ = ~std::size_t{0};
  view.redraw = true;
}

void MomentList::go_to(View& view, Nanoseconds time) {
  const TimeSpan visible = view.axis.visible();
  const Nanoseconds half = (visible.to - visible.from) / 2;
  view.axis.show({.from = time - half, .to = time + half});
  view.redraw = true;
}

std::string MomentList::as_text(const View& view) const {
  std::string lines;
  for (std::size_t i = 0; i < rows(view); ++i) {
    const Row row = row_of(view, i);
    lines += fmt::format("{}\t{}\t{}\n", moment_text(row.time), live_text(row.time), row.name);
  }
  return lines;
}

void MomentList::tell_state(const View& view, nlohmann::json& state) const {
  state = nlohmann::json::array();
  for (std::size_t i = 0; i < std::min(kToldMoments, rows(view)); ++i) {
    const Row row = row_of(view, i);
    state.push_back({{"name", cut_text(row.name, 200)},
                     {"ns", row.time.count()},
                     {"kept", row.kept.has_value()},
                     {"live", live_text(row.time)}});
  }
}

}  // namespace heaptally::view
