#include "viewer/panels/key_menu.h"

#include <algorithm>
#include <utility>

#include <imgui/imgui.h>

#include "core/base/error.h"
#include "core/report/wording.h"
#include "viewer/model/source_file.h"

namespace heaptally::view {
namespace {

using Texts = std::vector<std::string> Selection::*;

void add_text(View& view, Texts list, const std::string& text) {
  if (text.empty()) return;
  Selection selection = view.changed();
  std::vector<std::string>& texts = selection.*list;
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  view.select(std::move(selection));
}

void item(View& view, const char* label, const char* key, Texts list, const std::string& text) {
  if (ImGui::MenuItem(label, key, false, !text.empty())) add_text(view, list, text);
}

// What is focused on within a focus is a part of it, so it takes its place.
void focus_on_call(View& view, const std::string& call) {
  if (call.empty()) return;
  Selection selection = view.changed();
  selection.through = {call};
  view.select(std::move(selection));
}

bool is_thread_or_process(const KeyNames& names) {
  return !names.thread.empty() || !names.process.empty();
}

}  // namespace

void show_source_of(View& view, const KeyNames& names) {
  if (!names.file.empty()) {
    view.show_source({.file = names.file, .line = names.line});
  } else {
    view.tell("No source line is known for it: heaptally resolve adds them from debug files", true);
  }
}

void key_menu_items(View& view, const KeyNames& names, std::string_view label,
                    const char* source_key) {
  const bool has_source = !names.file.empty();
  if (is_thread_or_process(names)) {
    item(view, "Only this thread", nullptr, &Selection::threads, names.thread);
    item(view, "Only this process", nullptr, &Selection::processes, names.process);
  } else {
    if (ImGui::MenuItem("Show the source", source_key, false, has_source)) {
      show_source_of(view, names);
    }
    if (ImGui::MenuItem("Open in the editor", "o", false, has_source)) {
      open_editor(view, {.file = names.file, .line = names.line});
    }
    ImGui::Separator();
    const bool is_line = has_source && names.line != 0;
    item(view, is_line ? "Only this line" : "Only this file or module", nullptr,
         &Selection::filters, names.filter);
    item(view, is_line ? "Not this line" : "Not this file or module", nullptr, &Selection::excludes,
         names.filter);
    if (is_line) {
      const std::string file = as_pattern(names.file);
      item(view, "Only this file", nullptr, &Selection::filters, file);
      item(view, "Not this file", nullptr, &Selection::excludes, file);
    }
    ImGui::Separator();
    if (ImGui::MenuItem("Focus on the call", "f", false, !names.call.empty())) {
      focus_on_call(view, names.call);
    }
    item(view, "Hide the call", "x", &Selection::without, names.call);
    item(view, "Merge the call into its caller", "m", &Selection::merged, names.call);
  }
  ImGui::Separator();
  if (ImGui::MenuItem("Copy")) view.copy(std::string(label));
}

void do_key_actions(View& view, const KeyNames& names) {
  if (view.is_asked(Action::kFocus)) focus_on_call(view, names.call);
  if (view.is_asked(Action::kHide)) add_text(view, &Selection::without, names.call);
  if (view.is_asked(Action::kMerge)) add_text(view, &Selection::merged, names.call);
  if (!view.is_asked(Action::kOpenEditor)) return;
  if (names.file.empty()) {
    view.tell("No source line is known for it: heaptally resolve adds them from debug files", true);
  } else {
    open_editor(view, {.file = names.file, .line = names.line});
  }
}

void open_editor(View& view, const SourcePlace& place) {
  const FoundSource found = find_source_file(
      place.file, view.recording->data().header.working_directory, view.settings.source_paths);
  if (found.path.empty()) {
    view.tell(short_text(place.file) + " is not on this machine: say in Source where it is", true);
    return;
  }
  try {
    const auto words = editor_command(view.settings.editor, found.path, place.line);
    if (words.empty()) {
      view.tell("No editor is known: set $VISUAL or $EDITOR", true);
      return;
    }
    start_detached(words);
    view.tell("Opened " + found.path + " with " + words.front());
  } catch (const Error& error) {
    view.tell(error.what(), true);
  }
}

}  // namespace heaptally::view
