// NullWindow: Dear ImGui without a window, for tests that draw and look at the model.
#pragma once

#include <functional>
#include <string_view>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>

#include "viewer/panels/theme.h"

namespace heaptally::view {

// Purpose: a context of Dear ImGui with a keyboard and a mouse that tests move. There is one at a
//   time.
class NullWindow {
 public:
  explicit NullWindow(float width = 1280, float height = 720, bool dark = false) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {width, height};
    io.DeltaTime = 1.0F / 60;
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    // As the backend for OpenGL 3.2 has it: more than 65,536 vertices in a window.
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    io.SetClipboardTextFn = [](void*, const char*) {};  // the desktop's is not the tests'
    io.GetClipboardTextFn = [](void*) { return ""; };
    name_keys(io);
    fonts_ = load_fonts(1);
    apply_style(dark, 1);
    unsigned char* pixels = nullptr;
    int unused = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &unused, &unused);
  }
  ~NullWindow() { ImGui::DestroyContext(); }
  NullWindow(const NullWindow&) = delete;
  NullWindow& operator=(const NullWindow&) = delete;

  const Fonts& fonts() const { return fonts_; }

  void frame(const std::function<void()>& draw) {
    ImGui::NewFrame();
    draw();
    ImGui::Render();
  }
  // Draws within a window that fills the display, as panels are.
  void panel_frame(const std::function<void()>& draw) {
    frame([&] {
      ImGui::SetNextWindowPos({0, 0});
      ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
      ImGui::Begin("test", nullptr, ImGuiWindowFlags_NoDecoration);
      draw();
      ImGui::End();
    });
  }

  // A key of GLFW's, held until release(); modifiers are what is said last.
  static void hold(int key, bool control = false, bool shift = false, bool alt = false) {
    ImGuiIO& io = ImGui::GetIO();
    io.KeyCtrl = control;
    io.KeyShift = shift;
    io.KeyAlt = alt;
    io.KeyMods = (control ? ImGuiKeyModFlags_Ctrl : 0) | (shift ? ImGuiKeyModFlags_Shift : 0) |
                 (alt ? ImGuiKeyModFlags_Alt : 0);
    io.KeysDown[key] = true;
  }
  static void release(int key) {
    ImGuiIO& io = ImGui::GetIO();
    io.KeysDown[key] = false;
    io.KeyCtrl = io.KeyShift = io.KeyAlt = false;
    io.KeyMods = 0;
  }
  static void type(std::string_view text) {
    for (const char character : text)
      ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(character));
  }
  static void point(float x, float y) { ImGui::GetIO().MousePos = {x, y}; }
  static void button(bool down, int which = 0) { ImGui::GetIO().MouseDown[which] = down; }

 private:
  // As the backend for GLFW has them.
  static void name_keys(ImGuiIO& io) {
    io.KeyMap[ImGuiKey_Tab] = GLFW_KEY_TAB;
    io.KeyMap[ImGuiKey_LeftArrow] = GLFW_KEY_LEFT;
    io.KeyMap[ImGuiKey_RightArrow] = GLFW_KEY_RIGHT;
    io.KeyMap[ImGuiKey_UpArrow] = GLFW_KEY_UP;
    io.KeyMap[ImGuiKey_DownArrow] = GLFW_KEY_DOWN;
    io.KeyMap[ImGuiKey_PageUp] = GLFW_KEY_PAGE_UP;
    io.KeyMap[ImGuiKey_PageDown] = GLFW_KEY_PAGE_DOWN;
    io.KeyMap[ImGuiKey_Home] = GLFW_KEY_HOME;
    io.KeyMap[ImGuiKey_End] = GLFW_KEY_END;
    io.KeyMap[ImGuiKey_Insert] = GLFW_KEY_INSERT;
    io.KeyMap[ImGuiKey_Delete] = GLFW_KEY_DELETE;
    io.KeyMap[ImGuiKey_Backspace] = GLFW_KEY_BACKSPACE;
    io.KeyMap[ImGuiKey_Space] = GLFW_KEY_SPACE;
    io.KeyMap[ImGuiKey_Enter] = GLFW_KEY_ENTER;
    io.KeyMap[ImGuiKey_Escape] = GLFW_KEY_ESCAPE;
    io.KeyMap[ImGuiKey_KeyPadEnter] = GLFW_KEY_KP_ENTER;
    io.KeyMap[ImGuiKey_A] = GLFW_KEY_A;
    io.KeyMap[ImGuiKey_C] = GLFW_KEY_C;
    io.KeyMap[ImGuiKey_V] = GLFW_KEY_V;
    io.KeyMap[ImGuiKey_X] = GLFW_KEY_X;
    io.KeyMap[ImGuiKey_Y] = GLFW_KEY_Y;
    io.KeyMap[ImGuiKey_Z] = GLFW_KEY_Z;
  }

  Fonts fonts_;
};

}  // namespace heaptally::view
