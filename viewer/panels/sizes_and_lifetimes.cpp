#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class SizesAndLifetimesPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kSizesAndLifetimes; }
  void draw(View& view) override { empty_state(view, name_of(id()), "In the making."); }
};

}  // namespace

std::unique_ptr<Panel> make_sizes_and_lifetimes() { return std::make_unique<SizesAndLifetimesPanel>(); }

}  // namespace heaptally::view
