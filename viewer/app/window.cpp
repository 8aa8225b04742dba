#include "viewer/app/window.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>
#include <GLFW/glfw3.h>
#include <imgui/backends/imgui_impl_glfw.h>
#include <imgui/backends/imgui_impl_opengl3.h>
#include <imgui/imgui.h>

#include "core/base/error.h"
#include "viewer/app/picture.h"

namespace heaptally::view {
namespace {

std::string glfw_problem() {
  const char* description = nullptr;
  glfwGetError(&description);
  return description == nullptr ? "no reason was given" : description;
}

Error no_window(const std::string& problem) {
  return {"heaptally-view", "no window can be opened: " + problem,
          "without a display, use heaptally summary, stats and tree in the terminal, or heaptally "
          "report for a page of HTML"};
}

// Renders the frame that was drawn, as large as `size`.
void render(WindowSize size) {
  ImGui::Render();
  glViewport(0, 0, size.width, size.height);
  const ImVec4 background = ImGui::GetStyle().Colors[ImGuiCol_WindowBg];
  glClearColor(background.x, background.y, background.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

// A frame of another size than the window's, at a fixed time, without the pointer.
void begin_sized(WindowSize size) {
  ImGui_ImplOpenGL3_NewFrame();
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(size.width), static_cast<float>(size.height)};
  io.DisplayFramebufferScale = {1, 1};
  io.DeltaTime = 1.0F / 60;
  ImGui::NewFrame();
}

// A picture to draw to instead of the window.
class Canvas {
 public:
  explicit Canvas(WindowSize size) {
    glGenFramebuffers(1, &framebuffer_);
    glGenRenderbuffers(1, &colours_);
    glBindRenderbuffer(GL_RENDERBUFFER, colours_);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, size.width, size.height);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colours_);
  }
  ~Canvas() {
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDeleteRenderbuffers(1, &colours_);
    glDeleteFramebuffers(1, &framebuffer_);
  }
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

 private:
  GLuint framebuffer_ = 0;
  GLuint colours_ = 0;
};

}  // namespace

Window::Window(const std::string& title, WindowSize size, bool is_shown) {
  glfwSetErrorCallback(nullptr);
  if (glfwInit() == GLFW_FALSE) throw no_window(glfw_problem());
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_VISIBLE, is_shown ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, is_shown ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "heaptally-view");
  window_ = glfwCreateWindow(size.width, size.height, title.c_str(), nullptr, nullptr);
  if (window_ == nullptr) {
    const std::string problem = glfw_problem();
    glfwTerminate();
    throw no_window(problem);
  }
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(is_shown ? 1 : 0);
  if (is_shown) glfwGetWindowContentScale(window_, &scale_, nullptr);
  glfwSetWindowUserPointer(window_, this);
  glfwSetDropCallback(window_, [](GLFWwindow* window, int count, const char** paths) {
    auto& self = *static_cast<Window*>(glfwGetWindowUserPointer(window));
    self.dropped_.assign(paths, paths + count);
  });
  if (is_shown) {
    glfwSetWindowContentScaleCallback(window_, [](GLFWwindow* window, float scale, float) {
      auto& self = *static_cast<Window*>(glfwGetWindowUserPointer(window));
      self.is_rescaled_ = self.scale_ != scale;
      self.scale_ = scale;
    });
  }
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  ImGui_ImplGlfw_InitForOpenGL(window_, true);
  glfwSetKeyCallback(window_,
                     [](GLFWwindow* window, int key, int scancode, int action, int modifiers) {
                       static_cast<Window*>(glfwGetWindowUserPointer(window))
                           ->keys_.push_back({key, scancode, action, modifiers});
                     });
  ImGui_ImplOpenGL3_Init("#version 150");
}

Window::~Window() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

bool Window::wants_to_close() const { return glfwWindowShouldClose(window_) == GLFW_TRUE; }

void Window::set_title(const std::string& title) { glfwSetWindowTitle(window_, title.c_str()); }

std::vector<std::filesystem::path> Window::take_dropped() { return std::exchange(dropped_, {}); }

void Window::wait() { glfwWaitEvents(); }

void Window::poll() { glfwPollEvents(); }

void Window::wake() { glfwPostEmptyEvent(); }

void Window::renew_fonts() {
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void Window::give_keys() {
  bool went_down = false;
  std::vector<int> changed;
  while (!keys_.empty()) {
    const KeyEvent event = keys_.front();
    if (went_down && event.action == GLFW_RELEASE) break;
    if (std::find(changed.begin(), changed.end(), event.key) != changed.end()) break;
    went_down |= event.action == GLFW_PRESS;
    if (event.action != GLFW_REPEAT) changed.push_back(event.key);
    keys_.pop_front();
    ImGui_ImplGlfw_KeyCallback(window_, event.key, event.scancode, event.action, event.modifiers);
  }
  if (!keys_.empty()) wake();
}

void Window::frame(const std::function<void()>& draw) {
  give_keys();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
  draw();
  WindowSize size;
  glfwGetFramebufferSize(window_, &size.width, &size.height);
  render(size);
  glfwSwapBuffers(window_);
}

void Window::hidden_frame(WindowSize size, const std::function<void()>& draw) {
  begin_sized(size);
  draw();
  ImGui::Render();
}

void Window::picture(const std::filesystem::path& file, WindowSize size,
                     const std::function<void()>& draw) {
  begin_sized(size);
  draw();
  Picture picture(size.width, size.height);
  {
    const Canvas canvas(size);
    render(size);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, size.width, size.height, GL_RGB, GL_UNSIGNED_BYTE, picture.pixels());
  }
  picture.write(file);
}

}  // namespace heaptally::view
