// Window: one window of the desktop with Dear ImGui in it.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

struct GLFWwindow;

namespace heaptally::view {

struct WindowSize {
  int width = 0, height = 0;
};

// Purpose: a window, its OpenGL context, and Dear ImGui's context. There is one at a time.
// Threads: the main one; wake() from any.
// Errors: Error from the constructor if there is no display, or it has no OpenGL 3.
class Window {
 public:
  // `is_shown`: otherwise it is there only to be drawn to.
  Window(const std::string& title, WindowSize size, bool is_shown);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Pixels a unit of the display.
  float scale() const { return scale_; }
  // Whether it has changed since the last call, as on a way to another display.
  bool take_rescaled() { return std::exchange(is_rescaled_, false); }
  // After fonts were loaded anew.
  static void renew_fonts();
  bool wants_to_close() const;
  void set_title(const std::string& title);
  // Files that were dropped since the last call.
  std::vector<std::filesystem::path> take_dropped();

  // Until there is something to do.
  void wait();
  // Do not wait.
  void poll();
  static void wake();

  // Draws a frame. `draw` is called between NewFrame and Render.
  void frame(const std::function<void()>& draw);
  // Draws a frame of exactly this size and writes it as PNG. Errors: Error that names the file.
  void picture(const std::filesystem::path& file, WindowSize size,
               const std::function<void()>& draw);
  // The same frame into nothing, for what needs several frames to settle.
  void hidden_frame(WindowSize size, const std::function<void()>& draw);

 private:
  // A key that went down (GLFW_PRESS, GLFW_REPEAT) or up (GLFW_RELEASE).
  struct KeyEvent {
    int key = 0, scancode = 0, action = 0, modifiers = 0;
  };

  // Dear ImGui 1.86 sees keys as they are when a frame begins: of one that went down and up since
  // the last frame it would see nothing. So a key changes once a frame, and none comes up in one in
  // which another went down, lest a shortcut loses its Ctrl; what follows waits for the next frame.
  void give_keys();

  GLFWwindow* window_ = nullptr;
  std::deque<KeyEvent> keys_;
  float scale_ = 1;
  bool is_rescaled_ = false;
  std::vector<std::filesystem::path> dropped_;
};

}  // namespace heaptally::view
