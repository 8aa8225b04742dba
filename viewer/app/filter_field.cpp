#include "viewer/app/filter_field.h"

#include <array>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>
#include <imgui/imgui_stdlib.h>
#include <nlohmann/json.hpp>

#include "core/profile/kept.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

struct FilterKind {
  const char* label;
  const char* hint;
  std::vector<std::string> Selection::*texts;
};

const std::array<FilterKind, 7>& filter_kinds() {
  static const std::array<FilterKind, 7> kKinds = {{
      {"only", "File or module, as src/* or main.cpp:12", &Selection::filters},
      {"not", "File or module, as */vendor/*", &Selection::excludes},
      {"focus", "Function, FILE:LINE or library", &Selection::through},
      {"hide", "Function, FILE:LINE or library", &Selection::without},
      {"thread", "Name or thread id, as worker*", &Selection::threads},
      {"process", "PID, command or program, as cc1*", &Selection::processes},
      {"domain", "heap, mmap, allocator, or a pool", &Selection::domains},
  }};
  return kKinds;
}

}  // namespace

void FilterField::forget() {
  check_.forget();
  candidate_.reset();
  problem_.clear();
}

void FilterField::propose(const View& view) {
  const std::size_t first = text_.find_first_not_of(' ');
  if (first == std::string::npos) return;
  const std::string pattern = text_.substr(first, text_.find_last_not_of(' ') - first + 1);
  Candidate candidate{.number = ++tried_, .selection = view.changed()};
  (candidate.selection.*filter_kinds().at(kind_).texts).push_back(pattern);
  candidate_ = std::move(candidate);
}

void FilterField::follow(View& view) {
  if (!candidate_) return;
  const auto checked = check_.ask(
      view.worker, *candidate_, [recording = view.recording](const Candidate& candidate) {
        const Selection& selection = candidate.selection;
        kept_tallies(recording->profile(selection.raw), query_of(selection));
        return Accepted();
      });
  if (!checked.is_current) return;
  problem_ = checked.problem;
  if (problem_.empty()) {
    view.select(std::move(candidate_->selection));
    text_.clear();
    view.redraw = true;
  }
  candidate_.reset();
}

void FilterField::draw(View& view, bool focus) {
  follow(view);
  const auto& kinds = filter_kinds();
  ImGui::SetNextItemWidth(ImGui::GetFontSize() * 5.5F);
  if (ImGui::BeginCombo("##kind", kinds.at(kind_).label)) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (ImGui::Selectable(kinds.at(i).label, i == kind_)) kind_ = i;
    }
    ImGui::EndCombo();
  }
  name_area(view, "filter:kind");
  tooltip("only, not: sites of allocations. focus, hide: calls on the way to them");
  ImGui::SameLine(0, 2);
  if (focus) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(ImGui::GetFontSize() * 19);
  if (ImGui::InputTextWithHint("##filter", kinds.at(kind_).hint, &text_,
                               ImGuiInputTextFlags_EnterReturnsTrue)) {
    propose(view);
  }
  if (ImGui::IsItemEdited()) problem_.clear();
  name_area(view, "filter:text");
  tooltip("Enter adds it to the filters ( / comes here)");
  if (problem_.empty()) return;
  ImGui::SameLine();
  coloured_text(view.palette().warning, fitted(problem_, ImGui::GetContentRegionAvail().x));
  tooltip(problem_);
}

void FilterField::tell_state(nlohmann::json& state) const {
  state["kind"] = filter_kinds().at(kind_).label;
  state["text"] = text_;
  state["problem"] = problem_;
}

}  // namespace heaptally::view
