#include "viewer/app/application.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "viewer/app/window.h"
#include "viewer/app/workspace.h"

namespace heaptally::view {
namespace {

// How long the window sleeps if nothing happens; answers and loaders wake it.
constexpr double kIdleSeconds = 30;
// After something happened a few frames are drawn: menus open and close over two or three.
constexpr int kFramesAfterEvent = 3;

class Application {
 public:
  explicit Application(const Options& options)
      : options_(options),
        window_("heaptally-view", {options.width, options.height}, !options.screenshot),
        workspace_(&Window::wake) {
    workspace_.view().settings.dark = options.dark.value_or(false);
    workspace_.view().fonts = load_fonts(window_.scale());
    apply_theme();
    if (options.panel) workspace_.view().panel = *options.panel;
    if (options.file) workspace_.open(*options.file);
    if (options.other) workspace_.open(*options.other, true);
  }

  int run() { return options_.screenshot ? take_picture() : run_window(); }

 private:
  void apply_theme() {
    dark_ = workspace_.view().settings.dark;
    apply_style(dark_, window_.scale());
  }

  void draw() {
    workspace_.draw();
    choose_what_was_asked();
  }

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
    int frames = kFramesAfterEvent;
    while (!window_.wants_to_close() && !workspace_.wants_to_quit()) {
      if (frames > 0) {
        window_.poll();
        --frames;
      } else {
        window_.wait(kIdleSeconds);
        frames = kFramesAfterEvent;
      }
      for (const auto& file : window_.take_dropped()) workspace_.open(file);
      if (dark_ != workspace_.view().settings.dark) apply_theme();
      window_.frame([this] { draw(); });
      if (workspace_.view().redraw) frames = kFramesAfterEvent;
      write_state();
    }
    return 0;
  }

  void write_state() {
    if (!options_.state) return;
    std::string state = workspace_.state().dump(1) + "\n";
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
};

}  // namespace

int run_application(const Options& options) { return Application(options).run(); }

}  // namespace heaptally::view
