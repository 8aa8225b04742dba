#include "viewer/panels/panel_list.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

class ThreadsAndProcessesPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kThreadsAndProcesses; }
  void draw(View& view) override { empty_state(view, name_of(id()), "In the making."); }
};

}  // namespace

std::unique_ptr<Panel> make_threads_and_processes() { return std::make_unique<ThreadsAndProcessesPanel>(); }

}  // namespace heaptally::view
