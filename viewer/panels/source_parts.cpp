#include "viewer/panels/source_parts.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <imgui/imgui_stdlib.h>

#include "core/profile/tree.h"
#include "viewer/model/key_names.h"
#include "viewer/panels/rows.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

Colour32 token_colour(const Palette& palette, TokenKind kind) {
  switch (kind) {
    case TokenKind::kKeyword:
      return palette.accent;
    case TokenKind::kText:
      return palette.shrank;
    case TokenKind::kComment:
      return palette.faint_text;
    case TokenKind::kNumber:
      return palette.mark;
    case TokenKind::kPlain:
      break;
  }
  return palette.text;
}

}  // namespace

SourceFiles::Files SourceFiles::files_of(const Recording& recording, const Question& question) {
  const Selection& selection = question.selection;
  const Lines lines = lines_of(recording, {.selection = selection, .group = Group::kFile});
  const Places& places = recording.profile(selection.raw).places();
  const auto largest = static_cast<double>(std::max<std::uint64_t>(lines.largest, 1));
  Files files;
  for (const LineRow& row : lines.rows) {
    const std::string_view file = places.where(row.key.place);
    if (!places[row.key.place].source || !has_text(file, question.search)) continue;
    const std::int64_t change =
        selection.unit == SortBy::kSize ? row.change.bytes : row.change.count;
    const double size = is_signed(selection)
                            ? std::abs(static_cast<double>(change))
                            : static_cast<double>(measure(selection.unit, row.amount));
    files.rows.push_back({.file = std::string(file),
                          .name = short_text(file),
                          .amount = is_signed(selection) ? change_text(selection.unit, row.change)
                                                         : amount_text(selection.unit, row.amount),
                          .share = size / largest});
  }
  return files;
}

void SourceFiles::forget() {
  slot_.forget();
  shown_ = {};
}

std::string SourceFiles::first() const {
  return shown_ && !shown_->rows.empty() ? shown_->rows.front().file : std::string();
}

void SourceFiles::draw(View& view) {
  const auto recording = view.recording;
  shown_ =
      slot_.ask(view.worker, {.selection = view.selection(), .search = search_},
                [recording](const Question& question) { return files_of(*recording, question); });
  search_box("##files", "Search files (Ctrl+F)", search_, view.is_asked(Action::kFind), -1);
  if (!is_shown(view, shown_)) return;
  if (shown_->rows.empty()) {
    faint_text(view, "No file is called so");
    return;
  }
  draw_rows(view);
}

void SourceFiles::draw_rows(View& view) {
  const ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                                ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_PadOuterX;
  if (!ImGui::BeginTable("files", 2, flags)) return;
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableSetupColumn("File", ImGuiTableColumnFlags_WidthStretch);
  const std::string metric(title_of(LineColumn::kAmount, view.selection()));
  ImGui::TableSetupColumn(metric.c_str(), ImGuiTableColumnFlags_WidthFixed,
                          ImGui::GetFontSize() * 5.4F);
  ImGui::TableHeadersRow();
  const float height = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(shown_->rows.size()), height);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const File& file = shown_->rows[static_cast<std::size_t>(i)];
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      const bool is_chosen = view.source && view.source->file == file.file;
      const RowMouse mouse = table_row(view, is_chosen);
      if (mouse.clicked) view.show_source({.file = file.file, .line = 0});
      if (mouse.is_over) ImGui::SetTooltip("%s", file.name.c_str());
      text(fitted(file.name, ImGui::GetContentRegionAvail().x, true));
      ImGui::TableNextColumn();
      bar_cell(view, file.amount, file.share, view.palette().bar);
    }
  }
  ImGui::EndTable();
}

void SourceDialog::open(std::string file) {
  file_ = std::move(file);
  path_.clear();
  problem_.clear();
  opens_ = true;
}

void SourceDialog::accept(View& view) {
  std::error_code problem;
  std::filesystem::path path = path_;
  if (std::filesystem::is_directory(path, problem)) {
    path /= std::filesystem::path(file_).filename();
  }
  if (!std::filesystem::is_regular_file(path, problem)) {
    problem_ = "There is no such file: " + path.string();
    return;
  }
  auto replaced = replacement_for(file_, path.string());
  auto& paths = view.settings.source_paths;
  std::erase_if(paths, [&](const auto& known) { return known.first == replaced.first; });
  paths.insert(paths.begin(), std::move(replaced));
  is_open_ = false;
}

void SourceDialog::draw(View& view) {
  if (std::exchange(opens_, false)) {
    is_open_ = true;
    ImGui::OpenPopup("Where is it?");
  }
  const ImVec2 middle = ImGui::GetMainViewport()->GetCenter();
  ImGui::SetNextWindowPos(middle, ImGuiCond_Appearing, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({ImGui::GetFontSize() * 38, 0});
  if (!ImGui::BeginPopupModal("Where is it?", &is_open_, ImGuiWindowFlags_NoResize)) return;
  const float width = ImGui::GetContentRegionAvail().x;
  text("The recording says it is");
  faint_text(view, fitted(short_text(file_), width, true));
  text("Its path on this machine, or its folder:");
  ImGui::SetNextItemWidth(-1);
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  const bool entered = ImGui::InputTextWithHint("##path", "/home/me/project/src/main.cpp", &path_,
                                                ImGuiInputTextFlags_EnterReturnsTrue);
  faint_text(view, "Other files below the same folder are then found, too.");
  if (!problem_.empty()) coloured_text(view.palette().warning, fitted(problem_, width, true));
  if (ImGui::Button("Show it") || entered) accept(view);
  ImGui::SameLine();
  if (ImGui::Button("Cancel")) is_open_ = false;
  if (!is_open_) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

void draw_source_text(const View& view, const SourceView& source, const SourceLine& line) {
  if (line.text.empty()) {
    const bool is_unknown = line.number == 0;
    const bool is_beyond = source.known != 0 && line.number > source.known;
    faint_text(view, is_unknown  ? "(the line is not known)"
                     : is_beyond ? "(beyond the end of the file)"
                                 : "");
    return;
  }
  for (std::size_t i = 0; i < line.tokens.size(); ++i) {
    const Token& token = line.tokens[i];
    if (i > 0) ImGui::SameLine(0, 0);
    coloured_text(token_colour(view.palette(), token.kind),
                  std::string_view(line.text).substr(token.begin, token.size));
  }
}

std::optional<float> draw_heat_marks(const View& view, const SourceView& source,
                                     const Selection& selection, float height) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at, {at.x + kMarksWidth, at.y + height}, view.palette().grid, 2);
  const auto all = static_cast<float>(std::max<std::size_t>(source.lines.size(), 1));
  for (const HotLine& hot : source.hot) {
    const auto line = index_of_line(source, hot.line);
    const double heat = std::sqrt(heat_of(source, hot, selection.unit, is_signed(selection)));
    if (!line || heat <= 0) continue;
    const float y = at.y + static_cast<float>(*line) / all * height;
    list.AddRectFilled({at.x, y}, {at.x + kMarksWidth, std::min(y + 3, at.y + height)},
                       with_alpha(view.palette().grew, 0.25F + 0.75F * static_cast<float>(heat)));
  }
  ImGui::InvisibleButton("marks", {kMarksWidth, std::max(height, 1.0F)});
  tooltip("Where in the file memory is: click to go there");
  if (!ImGui::IsItemActive()) return {};
  return std::clamp((ImGui::GetIO().MousePos.y - at.y) / height, 0.0F, 1.0F);
}

bool draw_source_warnings(const View& view, const SourceView& source) {
  const Colour32 colour = view.palette().warning;
  if (source.found.path.empty()) {
    coloured_text(colour, "The file is not on this machine: only lines with memory are shown.");
    std::string tried = "Looked at";
    for (const std::string& path : source.found.tried) tried += "\n" + short_text(path);
    tooltip(tried);
    ImGui::SameLine();
    return ImGui::SmallButton("Where is it?");
  }
  if (source.is_too_short) {
    coloured_text(colour,
                  "The file was changed since the recording: it has fewer lines than then.");
  } else if (source.is_newer) {
    coloured_text(colour, "The file was written after the recording began: lines may have moved.");
  }
  return false;
}

}  // namespace heaptally::view
