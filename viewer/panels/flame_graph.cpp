#include <nlohmann/json.hpp>

#include "viewer/panels/flame_view.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class FlameGraphPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kFlameGraph; }
  void draw(View& view) override { flame_.draw(view); }
  void forget() override { flame_.forget(); }
  std::string command(const View& view) const override { return flame_.command(view); }
  void tell_state(const View& view, nlohmann::json& state) const override {
    flame_.tell_state(view, state);
  }

 private:
  FlameView flame_{false};
};

}  // namespace

class DifferenceFlame {
 public:
  void draw(View& view) {
    if (generation_ != view.generation) {
      generation_ = view.generation;
      flame_.forget();
    }
    flame_.draw(view);
  }
  void tell_state(const View& view, nlohmann::json& state) const { flame_.tell_state(view, state); }

 private:
  FlameView flame_{true};
  std::uint64_t generation_ = 0;
};

void draw_difference_flame(View& view) {
  if (!view.recording || !view.other) {
    empty_state(view, "Nothing to compare with", "Open a second recording: Ctrl+Shift+O.");
    return;
  }
  if (!view.difference_flame) view.difference_flame = std::make_shared<DifferenceFlame>();
  view.difference_flame->draw(view);
}

void tell_difference_flame(const View& view, nlohmann::json& state) {
  if (view.difference_flame) view.difference_flame->tell_state(view, state);
}

std::unique_ptr<Panel> make_flame_graph() { return std::make_unique<FlameGraphPanel>(); }

}  // namespace heaptally::view
