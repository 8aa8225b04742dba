#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class TreePanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kTree; }
  void draw(View& view) override { empty_state(view, name_of(id()), "In the making."); }
};

}  // namespace

std::unique_ptr<Panel> make_tree() { return std::make_unique<TreePanel>(); }

}  // namespace heaptally::view
