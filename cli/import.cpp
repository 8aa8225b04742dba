// heaptally import: recordings of other profilers.
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "core/base/size_text.h"
#include "core/import/heaptrack_import.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr const char* kImportExamples =
    R"(PATH is what heaptrack wrote (1.0 and later), packed by zstd or gzip, or not packed. Every command
works on the recording that is made of it. Amounts, the peak and temporary allocations are exactly
those that heaptrack_print tells; time goes on in heaptrack's steps of about 10 ms.

Not known, because heaptrack does not tell: threads, how long blocks lived, when those were
allocated that leaked, where modules were loaded. Children of the program are not recorded.

What `heaptrack --raw` wrote has no functions and lines yet: heaptrack_interpret adds them.

Examples:
  heaptally import heaptrack.program.1234.zst
  heaptally import heaptrack.program.1234.gz -o before.heaptally
  heaptally diff before.heaptally after.heaptally)";

// "heaptrack.program.1234.zst" -> "heaptrack.program.1234.heaptally", here.
std::filesystem::path usual_output(const std::filesystem::path& input) {
  std::filesystem::path name = input.filename();
  for (const char* packed : {".zst", ".gz", ".txt"}) {
    if (name.extension() == packed) name.replace_extension();
  }
  name += ".heaptally";
  return name;
}

void run_import(ImportOptions options) {
  if (options.output.empty()) options.output = usual_output(options.input);
  const ImportResult result = import_heaptrack(options);
  tell(fmt::format("heaptally: {}: imported from {}, {} of {}, peak {}, {} live at the end\n",
                   options.output.string(), result.imported_from,
                   counted(result.total.count, "allocation"), size_text(result.total.bytes),
                   size_text(result.peak.bytes), size_text(result.live_at_end.bytes)));
  if (result.finished) return;
  tell(
      fmt::format("heaptally: {}: is cut short after line {}: the recording goes as far as that, "
                  "and reads as not finished\n",
                  options.input.string(), grouped_text(result.lines)));
}

}  // namespace

void add_import_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("import", "Make a recording of what heaptrack recorded");
  const auto options = std::make_shared<ImportOptions>();
  command->add_option("PATH", options->input, "What heaptrack wrote")->required();
  command
      ->add_option("-o,--output", options->output,
                   "The recording (default: PATH here, its ending replaced by .heaptally)")
      ->type_name("FILE");
  command->add_flag("-f,--force", options->overwrite, "Replace the recording if it exists");
  command->footer(kImportExamples);
  command->callback([options, &status] {
    run_import(*options);
    status = 0;
  });
}

}  // namespace heaptally
