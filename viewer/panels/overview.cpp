#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class OverviewPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kOverview; }
  void draw(View& view) override { empty_state(view, name_of(id()), "In the making."); }
};

}  // namespace

std::unique_ptr<Panel> make_overview() { return std::make_unique<OverviewPanel>(); }

}  // namespace heaptally::view
