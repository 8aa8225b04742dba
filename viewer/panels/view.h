// View: what is open and chosen in the window; every panel draws from it.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "viewer/model/selection.h"
#include "viewer/model/settings.h"
#include "viewer/model/time_axis.h"
#include "viewer/model/worker.h"
#include "viewer/panels/actions.h"
#include "viewer/panels/theme.h"

namespace heaptally::view {

enum class PanelId : std::uint8_t {
  kOverview,
  kLines,
  kFlameGraph,
  kTree,
  kSource,
  kSnapshots,
  kCompare,
  kSizesAndLifetimes,
  kThreadsAndProcesses,
};
inline constexpr std::size_t kPanels = 9;

// A table as it is exported and copied: what is shown, all rows of it.
struct Table {
  std::vector<std::string> columns;
  std::vector<bool> left;  // by column: texts stand left, numbers right
  std::vector<std::vector<std::string>> rows;
};

// A line of a source file that is to be shown; line 0: the file.
struct SourcePlace {
  std::string file;
  std::uint32_t line = 0;

  friend bool operator==(const SourcePlace&, const SourcePlace&) = default;
};

// A moment that was kept, for snapshots.
struct KeptMoment {
  std::string name;
  Nanoseconds time{0};
};

class DifferenceFlame;

// Owner: the application. Threads: that of the window.
struct View {
  explicit View(std::function<void()> wake = {}) : worker(std::move(wake)) {}

  std::shared_ptr<const Recording> recording;  // null: nothing is open
  std::shared_ptr<const Recording> other;      // that it is compared with; null: none
  History history;
  TimeAxis axis;
  PanelId panel = PanelId::kOverview;
  ActionSet asked;                     // in this frame
  ActionSet chosen;                    // in menus, for the next frame
  std::optional<Nanoseconds> hovered;  // the moment below the pointer, in this frame or the last
  std::optional<Nanoseconds> pointed;  // the moment that a list pointed at in the last frame
  std::optional<Nanoseconds> a, b;     // moments of snapshots to compare
  std::vector<KeptMoment> kept;
  std::optional<SourcePlace> source;  // what the source panel shows
  std::string notice;                 // what is told in the status bar
  bool notice_is_problem = false;
  std::string clipboard;  // what was copied last
  Settings settings;
  Fonts fonts;
  std::uint64_t generation = 0;  // counts recordings that were opened: slots forget then
  bool redraw = false;           // draw another frame soon
  // Where on the screen things are that tests click on, by name: left, top, width, height. Named
  // only where somebody asks (name_area() of widgets.h).
  bool names_areas = false;
  std::map<std::string, std::array<float, 4>> areas;
  // The panel in sight has a step of its own to take back, as from a zoom: Esc is its own then. It
  // says so in each frame.
  bool takes_back = false;
  // Of the flame graph of differences, which is drawn by a function.
  std::shared_ptr<DifferenceFlame> difference_flame;
  // The last member: its jobs end before anything else does.
  Worker worker;

  const Selection& selection() const { return history.current(); }
  // A copy to change and hand to select().
  Selection changed() const { return history.current(); }
  void select(Selection selection) { history.go(std::move(selection)); }

  bool is_asked(Action action) const { return asked.test(static_cast<std::size_t>(action)); }
  void choose(Action action) { chosen.set(static_cast<std::size_t>(action)); }
  void show(PanelId id) { panel = id; }
  void show_source(SourcePlace place) {
    source = std::move(place);
    panel = PanelId::kSource;
  }
  void tell(std::string text, bool is_problem = false) {
    notice = std::move(text);
    notice_is_problem = is_problem;
  }
  void copy(std::string text);  // to the clipboard, and says so

  const Palette& palette() const { return palette_of(settings.dark); }
};

// Purpose: one tab of the window. What it holds is how it shows things (what is opened, sorted,
//   scrolled); what it shows follows from the View.
class Panel {
 public:
  Panel() = default;
  virtual ~Panel() = default;
  Panel(const Panel&) = delete;
  Panel& operator=(const Panel&) = delete;

  virtual PanelId id() const = 0;
  // Draws into the current window of Dear ImGui, in which it may do as it likes; only called while
  // a recording is open.
  virtual void draw(View& view) = 0;
  // Another recording was opened: all answers are of the past.
  virtual void forget() {}
  // What is shown, as a table; nothing where there is none.
  virtual std::optional<Table> table(const View&) const { return {}; }
  // The arguments of the heaptally command that gives the same answer, without the program's name,
  // quoted for a shell; empty where no command does.
  virtual std::string command(const View&) const { return {}; }
  // What is shown, for tests and scripts.
  virtual void tell_state(const View&, nlohmann::json&) const {}
};

std::string_view name_of(PanelId id);   // "Flame graph"
std::string_view title_of(PanelId id);  // as an option: "flame-graph"
// Errors: Error of usage that names the choices.
PanelId parse_panel(std::string_view text);

// All panels, in the order of their tabs.
std::vector<std::unique_ptr<Panel>> make_panels();

}  // namespace heaptally::view
