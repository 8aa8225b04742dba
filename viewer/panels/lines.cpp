#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class LinesPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kLines; }
  void draw(View& view) override { empty_state(view, name_of(id()), "In the making."); }
};

}  // namespace

std::unique_ptr<Panel> make_lines() { return std::make_unique<LinesPanel>(); }

}  // namespace heaptally::view
