#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class SnapshotsPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kSnapshots; }
  void draw(View& view) override { empty_state(view, name_of(id()), "In the making."); }
};

}  // namespace

std::unique_ptr<Panel> make_snapshots() { return std::make_unique<SnapshotsPanel>(); }

}  // namespace heaptally::view
