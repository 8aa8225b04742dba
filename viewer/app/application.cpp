#include "viewer/app/application.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/report/wording.h"
#include "viewer/app/interrupts.h"
#include "viewer/app/window.h"
#include "viewer/app/workspace.h"

namespace heaptally::view {
namespace {

// After something happened a few frames are drawn: menus open and close over two or three.
constexpr int kFramesAfterEvent = 3;

class Application {
 public:
  explicit Application(const Options& options)
      : options_(options),
        window_("heaptally", {options.width, options.height}, !options.screenshot),
        workspace_(&Window::wake) {
    load_what_was_set();
    View& view = workspace_.view();
    if (options.dark) view.settings.dark = *options.dark;
    saved_ = view.settings;
    view.names_areas = options.state.has_value();
    view.fonts = load_fonts(window_.scale());
    apply_theme();
    if (options.panel) view.panel = *options.panel;
    if (options.file) workspace_.open(*options.file);
    if (options.other) workspace_.open(*options.other, true);
  }

  int run() { return options_.screenshot ? take_picture() : run_window(); }

 private:
  void apply_theme() {
    dark_ = workspace_.view().settings.dark;
    apply_style(dark_, window_.scale());
  }

  // Pictures are the same whoever takes them.
  void load_what_was_set() {
    if (options_.screenshot) return;
    settings_file_ = settings_file();
    if (!settings_file_) return;
    try {
      workspace_.view().settings = load_settings(*settings_file_);
    } catch (const std::exception& error) {
      workspace_.view().tell(error.what(), true);
      // What the user wrote there is not for us to replace.
      settings_file_.reset();
    }
  }

  void save_what_was_set() {
    if (!settings_file_ || workspace_.view().settings == saved_) return;
    saved_ = workspace_.view().settings;
    try {
      save_settings(saved_, *settings_file_);
    } catch (const std::exception& error) {
      workspace_.view().tell(error.what(), true);
      settings_file_.reset();
    }
  }

  void rescale() {
    ImGui::GetIO().Fonts->Clear();
    workspace_.view().fonts = load_fonts(window_.scale());
    Window::renew_fonts();
    apply_theme();
  }

  void name_window() {
    const auto& recording = workspace_.view().recording;
    std::string title = recording ? printable(recording->name()) + " — heaptally" : "heaptally";
    if (title == title_) return;
    window_.set_title(title);
    title_ = std::move(title);
  }

  void take_dropped() {
    const auto files = window_.take_dropped();
    if (files.empty()) return;
    workspace_.open(files.front());
    if (files.size() > 1) workspace_.open(files[1], true);
    if (files.size() > 2)
      workspace_.view().tell("Two recordings can be compared; the first two are", true);
  }

  void draw() { workspace_.draw(); }

  // What the command line chose, once the recording is there.
  void choose_what_was_asked() {
    View& view = workspace_.view();
    if (chose_ || !view.recording) return;
    chose_ = true;
    Selection selection;
    if (options_.metric) selection.metric = *options_.metric;
    if (options_.range) {
      const RecordingData& data = view.recording->data();
      selection.range = {.from = time_of(data, options_.range->first),
                         .to = time_of(data, options_.range->second)};
      if (selection.range->to <= selection.range->from) {
        throw Error("--select", "ends before it begins", "give the earlier moment first",
                    ExitCode::kUsage);
      }
    }
    view.history.reset(selection);
    if (options_.panel) view.panel = *options_.panel;
    view.redraw = true;
  }

  static Nanoseconds time_of(const RecordingData& data, const Moment& asked) {
    const Moment moment = resolve(data, asked);
    switch (moment.kind) {
      case Moment::Kind::kPeak:
        return data.header.peak_time;
      case Moment::Kind::kStart:
        return Nanoseconds(0);
      case Moment::Kind::kEnd:
        return run_time(data);
      default:
        return moment.time;
    }
  }

  int run_window() {
    const Interrupts interrupts(&Window::wake);
    int frames = kFramesAfterEvent;
    while (!window_.wants_to_close() && !workspace_.wants_to_quit() && !interrupts.came()) {
      if (frames > 0) {
        window_.poll();
        --frames;
      } else {
        window_.wait();
        frames = kFramesAfterEvent;
      }
      take_dropped();
      choose_what_was_asked();
      if (window_.take_rescaled()) rescale();
      if (dark_ != workspace_.view().settings.dark) apply_theme();
      window_.frame([this] { draw(); });
      if (workspace_.view().redraw) frames = kFramesAfterEvent;
      if (const auto file = workspace_.take_picture_wanted()) export_picture(*file);
      name_window();
      save_what_was_set();
      write_state();
    }
    return 0;
  }

  // The window as it is, but for the dialog that asked for it.
  void export_picture(const std::filesystem::path& file) {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    try {
      window_.picture(file, {static_cast<int>(size.x), static_cast<int>(size.y)},
                      [this] { draw(); });
      workspace_.view().tell("Written: " + file.string());
    } catch (const std::exception& error) {
      workspace_.view().tell(error.what(), true);
    }
    workspace_.view().redraw = true;
    Window::wake();
  }

  void write_state() {
    if (!options_.state) return;
    // Names need not be UTF-8.
    std::string state =
        workspace_.state().dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    if (state == state_) return;
    state_ = std::move(state);
    // Readers see the old one or the new one.
    const std::filesystem::path file = *options_.state;
    const std::filesystem::path part = file.string() + ".part";
    std::ofstream(part, std::ios::trunc) << state_;
    std::filesystem::rename(part, file);
  }

  int take_picture() {
    const WindowSize size = {options_.width, options_.height};
    int settled = 0;
    // Sizes of tables and tabs are right in the second frame after the last change.
    while (settled < 3) {
      choose_what_was_asked();
      window_.hidden_frame(size, [this] { draw(); });
      if (!workspace_.view().recording || workspace_.view().notice_is_problem) refuse_problem();
      settled = workspace_.is_settled() ? settled + 1 : 0;
      if (settled == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    window_.picture(*options_.screenshot, size, [this] { draw(); });
    write_state();
    return 0;
  }

  void refuse_problem() const {
    const View& view = workspace_.view();
    if (view.notice_is_problem) throw std::runtime_error(view.notice);
  }

  Options options_;
  Window window_;
  Workspace workspace_;
  bool dark_ = false;
  bool chose_ = false;
  std::string state_;
  std::string title_;
  std::optional<std::filesystem::path> settings_file_;
  Settings saved_;
};

}  // namespace

int run_application(const Options& options) { return Application(options).run(); }

}  // namespace heaptally::view
