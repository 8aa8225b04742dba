// DrawnWorkspace: a whole workspace, drawn without a window.
#pragma once

#include <chrono>
#include <thread>

#include "tests/viewer/null_window.h"
#include "viewer/app/workspace.h"

namespace heaptally::view {

class DrawnWorkspace {
 public:
  explicit DrawnWorkspace(float width = 1280, float height = 720) : window(width, height) {
    workspace.view().fonts = window.fonts();
  }

  void frame() {
    window.frame([this] { workspace.draw(); });
  }
  // Until what is shown is what there is to see.
  void settle() {
    for (int settled = 0; settled < 3;) {
      frame();
      settled = workspace.is_settled() ? settled + 1 : 0;
      if (settled == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  void open(const std::filesystem::path& file, bool as_other = false) {
    workspace.open(file, as_other);
    settle();
  }
  void press(int key, bool control = false, bool shift = false, bool alt = false) {
    NullWindow::hold(key, control, shift, alt);
    frame();
    NullWindow::release(key);
    settle();
  }
  void type(std::string_view text) {
    NullWindow::type(text);
    settle();
  }
  void click(float x, float y, int which = 0) {
    NullWindow::point(x, y);
    frame();
    NullWindow::button(true, which);
    frame();
    NullWindow::button(false, which);
    settle();
  }

  NullWindow window;
  Workspace workspace;
};

}  // namespace heaptally::view
