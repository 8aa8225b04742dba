#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/base/size_text.h"
#include "core/profile/tree.h"
#include "core/report/wording.h"
#include "viewer/model/command_line.h"
#include "viewer/model/tasks.h"
#include "viewer/panels/key_menu.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/rows.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr ImGuiTableFlags kTaskTable =
    ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY | ImGuiTableFlags_BordersOuter |
    ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_Resizable | ImGuiTableFlags_NoSavedSettings;

constexpr int kThreadColumns = 9;

class ThreadsAndProcessesPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kThreadsAndProcesses; }

  void draw(View& view) override {
    const auto recording = view.recording;
    // Those that are chosen do not change what is listed.
    Selection question = view.selection();
    question.threads.clear();
    question.processes.clear();
    shown_ = slot_.ask(view.worker, question, [recording](const Selection& selection) {
      return tasks_of(*recording, selection);
    });
    if (!is_shown(view, shown_)) return;
    if (last_ != shown_.answer) {
      last_ = shown_.answer;
      sorts_ = true;
    }
    draw_head(view);
    const float height = ImGui::GetContentRegionAvail().y;
    const bool has_tree = shown_->processes.size() > 1;
    const float title = ImGui::GetTextLineHeightWithSpacing();
    const float row = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
    // As high as it has to be, and no higher than half.
    const float wanted = static_cast<float>(shown_->processes.size() + 1) * row + 6;
    const float tree = has_tree ? std::min(wanted, height * 0.52F - title) : 0;
    if (has_tree) draw_processes(view, tree);
    draw_threads(view, ImGui::GetContentRegionAvail().y - title);
    draw_menu(view);
  }

  void forget() override {
    slot_.forget();
    shown_ = {};
    last_.reset();
    order_.clear();
  }

  std::optional<Table> table(const View& view) const override {
    if (!shown_) return {};
    Table table{.columns = {"Thread", metric_name(view), "Allocations", "Allocated", "Temporary",
                            "At peak", "At end", "Process"},
                .left = {true, false, false, false, false, false, false, true},
                .rows = {}};
    table.rows.reserve(order_.size());
    for (const std::uint32_t i : order_) {
      const ThreadLine& line = shown_->threads[i];
      std::vector<std::string> cells = {line.name, shown_text(view, line.shown)};
      for (std::string& cell : run_cells(line.run)) cells.push_back(std::move(cell));
      cells.push_back(line.process);
      table.rows.push_back(std::move(cells));
    }
    return table;
  }

  std::string command(const View& view) const override {
    std::vector<std::string> words = {"threads", view.recording->file().string(), "--limit", "0"};
    const std::vector<std::string> filters = filter_options(shown_.question);
    words.insert(words.end(), filters.begin(), filters.end());
    return shell_words(words);
  }

  void tell_state(const View& view, nlohmann::json& state) const override {
    state["problem"] = shown_.problem;
    state["command"] = command(view);
    state["threads"] = nlohmann::json::array();
    state["processes"] = nlohmann::json::array();
    if (!shown_) return;
    constexpr std::size_t kTold = 30;
    for (std::size_t i = 0; i < std::min(kTold, order_.size()); ++i) {
      const ThreadLine& line = shown_->threads[order_[i]];
      state["threads"].push_back({{"name", line.name},
                                  {"total_bytes", line.run.total.bytes},
                                  {"total_count", line.run.total.count},
                                  {"shown_bytes", line.shown.amount.bytes},
                                  {"chosen", is_chosen(view.selection().threads, line.word)}});
    }
    for (std::size_t i = 0; i < std::min(kTold, shown_->processes.size()); ++i) {
      const ProcessTreeLine& line = shown_->processes[i];
      state["processes"].push_back({{"name", line.name},
                                    {"pid", line.pid},
                                    {"depth", line.line.depth},
                                    {"exit", line.exit},
                                    {"note", line.note},
                                    {"total_bytes", line.run.total.bytes},
                                    {"shown_bytes", line.shown.amount.bytes},
                                    {"chosen", is_chosen(view.selection().processes, line.word)}});
    }
  }

 private:
  using Words = std::vector<std::string> Selection::*;

  static std::string metric_name(const View& view) {
    return std::string(title_of(LineColumn::kAmount, view.selection()));
  }

  std::string shown_text(const View& view, const MetricAmount& shown) const {
    const SortBy unit = view.selection().unit;
    return is_signed(shown_.question) ? change_text(unit, shown.change)
                                      : amount_text(unit, shown.amount);
  }

  static std::vector<std::string> run_cells(const ThreadRow& run) {
    return {grouped_text(run.total.count), size_text(run.total.bytes),
            percent_text(run.temporary.count, run.total.count), size_text(run.live_at_peak.bytes),
            size_text(run.live_at_end.bytes)};
  }

  void draw_head(View& view) {
    const bool is_restricted =
        !view.selection().threads.empty() || !view.selection().processes.empty();
    ImGui::AlignTextToFramePadding();
    text(metric_phrase(view.selection()));
    ImGui::SameLine();
    faint_text(view,
               "in the first column of numbers; the others are of the whole run. Blocks are "
               "their allocating thread's.");
    if (!is_restricted) return;
    ImGui::SameLine();
    if (ImGui::SmallButton("Show all again")) {
      Selection selection = view.changed();
      selection.threads.clear();
      selection.processes.clear();
      view.select(std::move(selection));
    }
  }

  void draw_shown(const View& view, const MetricAmount& shown, std::uint64_t largest) const {
    const SortBy unit = view.selection().unit;
    if (!is_signed(shown_.question)) {
      bar_cell(view, shown_text(view, shown), share_of(measure(unit, shown.amount), largest),
               view.palette().bar);
      return;
    }
    const std::int64_t change = unit == SortBy::kSize ? shown.change.bytes : shown.change.count;
    const Colour32 colour = change < 0 ? view.palette().shrank : view.palette().grew;
    bar_cell(view, shown_text(view, shown),
             share_of(static_cast<std::uint64_t>(std::abs(change)), largest),
             with_alpha(colour, 0.35F));
  }

  // The box of a row; a double click on the row chooses it alone.
  void draw_check(View& view, Words words, const std::string& word, int id,
                  const RowMouse& mouse) const {
    const std::vector<std::string>& chosen = view.selection().*words;
    bool is_checked = is_chosen(chosen, word);
    ImGui::PushID(id);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {1, 0});
    ImGui::BeginDisabled(word.empty());
    const bool toggled = ImGui::Checkbox("##chosen", &is_checked);
    ImGui::EndDisabled();
    ImGui::PopStyleVar();
    ImGui::PopID();
    const bool is_alone = mouse.entered && !toggled && !ImGui::IsItemHovered() && !word.empty();
    if (!toggled && !is_alone) return;
    Selection selection = view.changed();
    if (is_alone) {
      selection.*words = {word};
    } else {
      choose_word(selection.*words, word);
    }
    view.select(std::move(selection));
  }

  void set_up(const char* title, float letters, ImGuiTableColumnFlags flags = 0) const {
    const bool stretches = letters == 0;
    ImGui::TableSetupColumn(
        title,
        flags | (stretches ? ImGuiTableColumnFlags_WidthStretch : ImGuiTableColumnFlags_WidthFixed),
        stretches ? 1.0F : letters * ImGui::GetFontSize());
  }

  void draw_processes(View& view, float height) {
    const std::size_t count = shown_->processes.size();
    text(counted(count, "process", "processes"));
    ImGui::SameLine();
    faint_text(view, "check some to see only these, double click for one alone");
    if (!ImGui::BeginTable("processes", 11, kTaskTable, {0, height})) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    set_up("##check", 1.3F, ImGuiTableColumnFlags_NoResize);
    set_up("Command", 0);
    set_up("PID", 4.2F);
    set_up((metric_name(view) + "###shown").c_str(), 6);
    set_up("Allocations", 5.6F);
    set_up("Allocated", 5.2F);
    set_up("Temporary", 5.4F);
    set_up("Own peak", 5.2F);
    set_up("At end", 5.2F);
    set_up("Lasted", 4.8F);
    set_up("Exit", 3.4F);
    ImGui::TableHeadersRow();
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(count));
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        draw_process(view, shown_->processes[static_cast<std::size_t>(i)], i);
      }
    }
    ImGui::EndTable();
    if (std::exchange(opens_menu_, false)) ImGui::OpenPopup("task menu");
  }

  void draw_process(View& view, const ProcessTreeLine& line, int number) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const RowMouse mouse = table_row(view, is_chosen(view.selection().processes, line.word));
    draw_check(view, &Selection::processes, line.word, number, mouse);
    ImGui::TableNextColumn();
    const float indent =
        static_cast<float>(std::min<std::size_t>(line.line.depth, 12)) * ImGui::GetFontSize();
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + indent);
    text(fitted(line.name, ImGui::GetContentRegionAvail().x));
    if (mouse.is_over) {
      ImGui::SetTooltip("%s\nstarted at %s%s%s", line.name.c_str(), line.started.c_str(),
                        line.note.empty() ? "" : "\n", line.note.c_str());
    }
    ImGui::TableNextColumn();
    right_text(line.pid);
    ImGui::TableNextColumn();
    if (!line.word.empty()) {
      draw_shown(view, line.shown, shown_->largest_process);
    } else {
      coloured_text(view.palette().warning,
                    fitted("not recorded", ImGui::GetContentRegionAvail().x));
    }
    const std::array<std::string, 5> cells = {
        grouped_text(line.run.total.count), size_text(line.run.total.bytes),
        percent_text(line.run.temporary.count, line.run.total.count),
        size_text(line.run.own_peak.bytes), size_text(line.run.live_at_end.bytes)};
    for (const std::string& cell : cells) {
      ImGui::TableNextColumn();
      if (!line.word.empty()) right_text(cell);
    }
    ImGui::TableNextColumn();
    right_text(line.lasted);
    ImGui::TableNextColumn();
    const bool is_failure = !line.exit.empty() && line.exit != "0" && line.exit != "?";
    ImGui::PushStyleColor(ImGuiCol_Text, is_failure ? view.palette().warning : view.palette().text);
    right_text(line.exit);
    ImGui::PopStyleColor();
    if (mouse.asks_menu && !line.word.empty()) {
      menu_ = {};
      menu_.process = line.word;
      menu_label_ = line.name;
      opens_menu_ = true;
    }
  }

  void draw_threads(View& view, float height) {
    if (!shown_->are_threads_known) {
      empty_state(view, "Threads are not known", "The recording was imported, without them.");
      return;
    }
    text(counted(shown_->threads.size(), "thread"));
    ImGui::SameLine();
    faint_text(view, fmt::format("{} in {} together", size_text(shown_->all.total.bytes),
                                 counted(shown_->all.total.count, "allocation")));
    if (!ImGui::BeginTable("threads", kThreadColumns, kTaskTable | ImGuiTableFlags_Sortable,
                           {0, height})) {
      return;
    }
    constexpr ImGuiTableColumnFlags kNumber = ImGuiTableColumnFlags_PreferSortDescending;
    ImGui::TableSetupScrollFreeze(0, 1);
    set_up("##check", 1.3F, ImGuiTableColumnFlags_NoResize | ImGuiTableColumnFlags_NoSort);
    set_up("Thread", 0);
    set_up((metric_name(view) + "###shown").c_str(), 6,
           kNumber | ImGuiTableColumnFlags_DefaultSort);
    set_up("Allocations", 5.6F, kNumber);
    set_up("Allocated", 5.2F, kNumber);
    set_up("Temporary", 5.4F, kNumber);
    set_up("At peak", 5.2F, kNumber);
    set_up("At end", 5.2F, kNumber);
    set_up("Process", 0);
    ImGui::TableHeadersRow();
    sort(view);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(order_.size()));
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        draw_thread(view, shown_->threads[order_[static_cast<std::size_t>(i)]], i);
      }
    }
    ImGui::EndTable();
    if (std::exchange(opens_menu_, false)) ImGui::OpenPopup("task menu");
  }

  void sort(const View& view) {
    ImGuiTableSortSpecs* const specs = ImGui::TableGetSortSpecs();
    const bool is_dirty = specs != nullptr && specs->SpecsDirty;
    if (!is_dirty && !sorts_) return;
    sorts_ = false;
    const bool has_specs = specs != nullptr && specs->SpecsCount != 0;
    const auto column =
        has_specs ? static_cast<ThreadColumn>(specs->Specs[0].ColumnIndex) : ThreadColumn::kShown;
    const bool descends =
        !has_specs || specs->Specs[0].SortDirection == ImGuiSortDirection_Descending;
    if (has_specs) specs->SpecsDirty = false;
    order_ = ordered_threads(*shown_, column, descends, view.selection());
  }

  void draw_thread(View& view, const ThreadLine& line, int number) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const RowMouse mouse = table_row(view, is_chosen(view.selection().threads, line.word));
    draw_check(view, &Selection::threads, line.word, number, mouse);
    ImGui::TableNextColumn();
    text(fitted(line.name, ImGui::GetContentRegionAvail().x));
    ImGui::TableNextColumn();
    draw_shown(view, line.shown, shown_->largest_thread);
    for (const std::string& cell : run_cells(line.run)) {
      ImGui::TableNextColumn();
      right_text(cell);
    }
    ImGui::TableNextColumn();
    faint_text(view, fitted(line.process, ImGui::GetContentRegionAvail().x));
    if (mouse.asks_menu) {
      menu_ = {};
      menu_.thread = line.word;
      menu_label_ = line.name;
      opens_menu_ = true;
    }
  }

  void draw_menu(View& view) {
    if (!ImGui::BeginPopup("task menu")) return;
    key_menu_items(view, menu_, menu_label_);
    ImGui::EndPopup();
  }

  Slot<Selection, Tasks> slot_;
  Slot<Selection, Tasks>::Shown shown_;
  std::shared_ptr<const Tasks> last_;
  std::vector<std::uint32_t> order_;  // of the threads
  bool sorts_ = false;
  bool opens_menu_ = false;
  KeyNames menu_;
  std::string menu_label_;
};

}  // namespace

std::unique_ptr<Panel> make_threads_and_processes() {
  return std::make_unique<ThreadsAndProcessesPanel>();
}

}  // namespace heaptally::view
