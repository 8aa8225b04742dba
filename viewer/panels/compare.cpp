#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class ComparePanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kCompare; }
  void draw(View& view) override { empty_state(view, name_of(id()), "In the making."); }
};

}  // namespace

std::unique_ptr<Panel> make_compare() { return std::make_unique<ComparePanel>(); }

}  // namespace heaptally::view
