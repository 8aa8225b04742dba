#include "cli/page_options.h"

#include "cli/browser.h"
#include "cli/output_file.h"
#include "core/base/error.h"

namespace heaptally {

void PageOptions::add_to(CLI::App& command) {
  command.add_flag("--open", open, "Show the page in the browser");
  command
      .add_option("--source-root", source_root,
                  "The folder where the sources are, if not where they were compiled")
      ->type_name("DIR");
  command.add_flag("--no-sources", without_sources,
                   "Leave the text of source files out of the page");
}

void PageOptions::check() const {
  if (open && output == "-") {
    throw Error("--open", "has no file to show", "name one with -o", ExitCode::kUsage);
  }
}

void write_page(const PageOptions& options, PageRequest request) {
  request.source_root = options.source_root;
  request.with_sources = !options.without_sources;
  OutputFile output(options.output, options.overwrite);
  output.stream() << make_page(request);
  output.finish();
  if (options.open) open_in_browser(options.output);
}

}  // namespace heaptally
