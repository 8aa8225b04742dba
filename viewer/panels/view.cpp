#include "viewer/panels/view.h"

#include <algorithm>
#include <array>
#include <utility>

#include <imgui/imgui.h>

#include "core/base/error.h"

namespace heaptally::view {
namespace {

struct PanelName {
  std::string_view name, title;
};

constexpr std::array<PanelName, kPanels> kPanelNames = {{
    {"Overview", "overview"},
    {"Lines", "lines"},
    {"Flame graph", "flame-graph"},
    {"Tree", "tree"},
    {"Source", "source"},
    {"Snapshots", "snapshots"},
    {"Compare", "compare"},
    {"Sizes and lifetimes", "sizes-and-lifetimes"},
    {"Threads and processes", "threads-and-processes"},
}};

}  // namespace

void View::copy(std::string text) {
  ImGui::SetClipboardText(text.c_str());
  clipboard = std::move(text);
  const std::size_t line = clipboard.find('\n');
  tell("Copied: " + clipboard.substr(0, std::min<std::size_t>(line, 120)) +
       (line != std::string::npos ? " …" : ""));
}

std::string_view name_of(PanelId id) { return kPanelNames[static_cast<std::size_t>(id)].name; }

std::string_view title_of(PanelId id) { return kPanelNames[static_cast<std::size_t>(id)].title; }

PanelId parse_panel(std::string_view text) {
  std::string choices;
  for (std::size_t i = 0; i < kPanels; ++i) {
    if (kPanelNames[i].title == text) return static_cast<PanelId>(i);
    choices += (i == 0 ? "" : i + 1 == kPanels ? " or " : ", ");
    choices += kPanelNames[i].title;
  }
  throw Error("--panel " + std::string(text), "is no panel", "choose " + choices, ExitCode::kUsage);
}

}  // namespace heaptally::view
