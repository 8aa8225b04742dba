#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class FlameGraphPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kFlameGraph; }
  void draw(View& view) override { empty_state(view, name_of(id()), "In the making."); }
};

}  // namespace

std::unique_ptr<Panel> make_flame_graph() { return std::make_unique<FlameGraphPanel>(); }

}  // namespace heaptally::view
