#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/base/size_text.h"
#include "core/report/lifetimes_report.h"
#include "core/report/wording.h"
#include "viewer/model/command_line.h"
#include "viewer/model/distribution.h"
#include "viewer/panels/histogram.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

std::string count_axis(double value) { return grouped_text(static_cast<std::uint64_t>(value)); }
std::string bytes_axis(double value) { return size_text(static_cast<std::uint64_t>(value)); }

// The bars of one answer, made once.
struct Bars {
  std::vector<HistogramBar> total, live, lifetimes;
};

HistogramBar size_bar(const SizeRow& row, Amount amount, Amount whole, SortBy unit,
                      std::string_view what) {
  const auto bits = static_cast<unsigned>(row.size_class);
  HistogramBar bar;
  bar.value = static_cast<double>(unit == SortBy::kSize ? amount.bytes : amount.count);
  bar.label = bits == 0 ? "0 B" : size_text(std::uint64_t{1} << ((bits - 1) & 63));
  bar.hover = fmt::format("{}, sizes {}\n{} ({})\n{} ({})", what, size_class_text(row.size_class),
                          counted(amount.count, "block"), percent_text(amount.count, whole.count),
                          size_text(amount.bytes), percent_text(amount.bytes, whole.bytes));
  return bar;
}

Bars bars_of(const Distribution& shown, SortBy unit) {
  Bars bars;
  for (const SizeRow& row : shown.sizes.rows) {
    bars.total.push_back(size_bar(row, row.total, shown.sizes.total, unit, "Allocated"));
    bars.live.push_back(size_bar(row, row.live, shown.sizes.live, unit, "Live"));
  }
  std::uint64_t within = 0;
  for (const LifetimeRow& row : shown.lifetimes.rows) {
    within += row.count;
    HistogramBar bar;
    bar.value = static_cast<double>(row.count);
    bar.label = lifetime_text(row.from);
    bar.hover = fmt::format("Lifetimes {}\n{} ({} of those freed)\n{} lived no longer",
                            lifetime_class_text(row), counted(row.count, "block"),
                            percent_text(row.count, shown.lifetimes.freed),
                            percent_text(within, shown.lifetimes.freed));
    bars.lifetimes.push_back(std::move(bar));
  }
  return bars;
}

class SizesAndLifetimesPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kSizesAndLifetimes; }

  void draw(View& view) override {
    const auto recording = view.recording;
    // Neither the metric nor the unit matters to it.
    Selection question = view.selection();
    question.metric = ViewMetric::kLive;
    question.unit = SortBy::kSize;
    shown_ = slot_.ask(view.worker, question, [recording](const Selection& selection) {
      return distribution_of(*recording, selection);
    });
    if (!is_shown(view, shown_)) return;
    const SortBy unit = view.selection().unit;
    if (last_ != shown_.answer || unit_ != unit) {
      if (last_ != shown_.answer) chosen_.reset();
      last_ = shown_.answer;
      unit_ = unit;
      bars_ = bars_of(*last_, unit);
    }
    draw_charts(view);
  }

  void forget() override {
    slot_.forget();
    shown_ = {};
    last_.reset();
    bars_ = {};
    chosen_.reset();
  }

  std::optional<Table> table(const View&) const override {
    if (!shown_) return {};
    const Sizes& sizes = shown_->sizes;
    Table table{.columns = {"Size", "Allocations", "Share", "Bytes", "Live blocks", "Live bytes",
                            "Live share"},
                .left = {true, false, false, false, false, false, false},
                .rows = {}};
    table.rows.reserve(sizes.rows.size());
    for (const SizeRow& row : sizes.rows) {
      table.rows.push_back({size_class_text(row.size_class), grouped_text(row.total.count),
                            percent_text(row.total.count, sizes.total.count),
                            size_text(row.total.bytes), grouped_text(row.live.count),
                            size_text(row.live.bytes),
                            percent_text(row.live.bytes, sizes.live.bytes)});
    }
    return table;
  }

  // The command knows no ranges.
  std::string command(const View& view) const override {
    const Selection& selection = view.selection();
    if (selection.range) return {};
    std::vector<std::string> words = {"sizes", view.recording->file().string(), "--at",
                                      selection.live_at == LiveAt::kPeak ? "peak" : "end"};
    const std::vector<std::string> filters = filter_options(selection);
    words.insert(words.end(), filters.begin(), filters.end());
    return shell_words(words);
  }

  void tell_state(const View& view, nlohmann::json& state) const override {
    state["problem"] = shown_.problem;
    state["command"] = command(view);
    state["chosen"] = chosen_ ? nlohmann::json(*chosen_) : nlohmann::json();
    state["sizes"] = nlohmann::json::array();
    state["lifetimes"] = nlohmann::json::array();
    if (!shown_) return;
    for (const SizeRow& row : shown_->sizes.rows) {
      state["sizes"].push_back({{"class", static_cast<unsigned>(row.size_class)},
                                {"total_bytes", row.total.bytes},
                                {"total_count", row.total.count},
                                {"live_bytes", row.live.bytes},
                                {"live_count", row.live.count}});
    }
    for (const LifetimeRow& row : shown_->lifetimes.rows) {
      state["lifetimes"].push_back({{"from_ns", row.from}, {"count", row.count}});
    }
    state["freed"] = shown_->lifetimes.freed;
    state["never_freed"] = shown_->lifetimes.never_freed.count;
  }

 private:
  void draw_charts(View& view) {
    const Distribution& shown = *shown_;
    if (shown.sizes.rows.empty()) {
      empty_state(view, "Nothing was allocated",
                  "Not in this range, or the filters keep none of it: c clears the filters, "
                  "Backspace the range.");
      return;
    }
    draw_summary(view);
    const float spacing = ImGui::GetStyle().ItemSpacing.y;
    const float title = ImGui::GetTextLineHeightWithSpacing() * 2;
    const float chosen = ImGui::GetTextLineHeightWithSpacing();
    const float half = (ImGui::GetContentRegionAvail().y - chosen - spacing) / 2 - title;
    const float width = (ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ItemSpacing.x) / 2;
    draw_sizes(view, true, width, half + title);
    ImGui::SameLine();
    draw_sizes(view, false, 0, half + title);
    draw_chosen(view);
    draw_lifetimes(view);
  }

  void draw_summary(const View& view) const {
    const Distribution& shown = *shown_;
    text(fmt::format("{} in {}", size_text(shown.total.bytes),
                     counted(shown.total.count, "allocation")));
    ImGui::SameLine(0, ImGui::GetFontSize());
    text(fmt::format("{} of them temporary ({})", grouped_text(shown.temporary.count),
                     percent_text(shown.temporary.count, shown.total.count)));
    tooltip("Freed by the allocating thread before it allocated again");
    if (shown.sizes.total != shown.sizes.whole_total) {
      ImGui::SameLine(0, ImGui::GetFontSize());
      faint_text(view,
                 fmt::format("filtered, of {} in {}", size_text(shown.sizes.whole_total.bytes),
                             counted(shown.sizes.whole_total.count, "allocation")));
    }
  }

  void draw_sizes(View& view, bool is_total, float width, float height) {
    const Distribution& shown = *shown_;
    ImGui::BeginChild(is_total ? "total" : "live", {width, height});
    const bool in_bytes = view.selection().unit == SortBy::kSize;
    coloured_text(view.palette().text,
                  is_total ? "Sizes of what was allocated" : "Sizes of what was live");
    ImGui::SameLine();
    const float left = ImGui::GetContentRegionAvail().x;
    const std::string unit = in_bytes ? "bytes" : "blocks";
    faint_text(
        view,
        fitted(is_total ? unit + " by the size of the block" : unit + "; " + shown.live_at, left));
    HistogramStyle style;
    style.colour = is_total ? view.palette().rate : view.palette().live;
    style.value_text = in_bytes ? bytes_axis : count_axis;
    style.is_binary = in_bytes;
    const auto clicked = draw_histogram(view, "bars", is_total ? bars_.total : bars_.live, style,
                                        chosen_, ImGui::GetContentRegionAvail().y - 2);
    if (clicked) {
      if (chosen_ == clicked) {
        chosen_.reset();
      } else {
        chosen_ = clicked;
      }
    }
    ImGui::EndChild();
  }

  void draw_chosen(const View& view) const {
    if (!chosen_ || *chosen_ >= shown_->sizes.rows.size()) {
      faint_text(view, "Click on a class of sizes to see its numbers in both.");
      return;
    }
    const SizeRow& row = shown_->sizes.rows[*chosen_];
    const Sizes& sizes = shown_->sizes;
    coloured_text(view.palette().accent, size_class_text(row.size_class));
    ImGui::SameLine();
    text(fmt::format("allocated {} in {} ({}); live {} in {} ({})", size_text(row.total.bytes),
                     counted(row.total.count, "block"),
                     percent_text(row.total.count, sizes.total.count), size_text(row.live.bytes),
                     counted(row.live.count, "block"),
                     percent_text(row.live.count, sizes.live.count)));
  }

  void draw_lifetimes(View& view) {
    const Lifetimes& lifetimes = shown_->lifetimes;
    text("Lifetimes");
    ImGui::SameLine();
    if (!shown_->no_lifetimes.empty() || lifetimes.rows.empty()) {
      faint_text(view, "none");
      wrapped_text(shown_->no_lifetimes.empty() ? "No block was freed." : shown_->no_lifetimes);
      return;
    }
    std::string told = fmt::format("of {} in the whole run; {} never freed",
                                   counted(lifetimes.freed, "freed block"),
                                   grouped_text(lifetimes.never_freed.count));
    if (const auto median = median_lifetime(lifetimes); median && *median != 0) {
      told += fmt::format("; half lived less than {}", lifetime_text(*median));
    }
    faint_text(view, told);
    if (view.selection().range) {
      ImGui::SameLine();
      coloured_text(view.palette().warning, "(the range does not restrict them)");
      tooltip("Lifetimes are kept for the whole run. Filters, threads and processes do count.");
    }
    HistogramStyle style;
    style.colour = view.palette().mark;
    style.value_text = count_axis;
    (void)draw_histogram(view, "lifetimes", bars_.lifetimes, style, {},
                         ImGui::GetContentRegionAvail().y - 2);
  }

  Slot<Selection, Distribution> slot_;
  Slot<Selection, Distribution>::Shown shown_;
  std::shared_ptr<const Distribution> last_;
  SortBy unit_ = SortBy::kSize;
  Bars bars_;
  std::optional<std::size_t> chosen_;
};

}  // namespace

std::unique_ptr<Panel> make_sizes_and_lifetimes() {
  return std::make_unique<SizesAndLifetimesPanel>();
}

}  // namespace heaptally::view
