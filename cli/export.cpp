// heaptally export: a recording in the formats of other tools.
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/question.h"
#include "core/profile/domains.h"
#include "core/report/export.h"
#include "core/report/flame_report.h"

namespace heaptally {
namespace {

constexpr const char* kExportExamples =
    R"(pprof       go tool pprof FILE; in use at --at, and allocated in all
speedscope  for speedscope.app: live at --at, allocated, temporary
folded      for flamegraph.pl: live bytes at --at
massif      for ms_print and massif-visualizer: live bytes over time, the peak's and the end's trees
json, csv   every trace with what it comes to, for programs of your own

Examples:
  heaptally export FILE --format pprof -o heap.pb.gz && go tool pprof -http=: heap.pb.gz
  heaptally export FILE --format speedscope -o heap.speedscope.json
  heaptally export FILE --format massif -o massif.out && ms_print massif.out
  heaptally export FILE --format folded -o - --at end | flamegraph.pl > leaks.svg
  heaptally export FILE --format csv -o - --thread 'worker*')";

// The command line as given.
struct ExportOptions {
  std::string file;
  std::string output;
  std::string format;
  std::string at = "peak";
  bool overwrite = false;
  FilterOptions filters;
};

void write_live_folded(const ExportRequest& request, std::ostream& out) {
  Query query = request.query;
  query.group = Group::kFunction;
  write_folded(make_flame({request.profile, request.live}, query, {}), out);
}

void write_export(ExportFormat format, const ExportRequest& request, std::ostream& out) {
  switch (format) {
    case ExportFormat::kPprof:
      return write_pprof(request, out);
    case ExportFormat::kSpeedscope:
      return write_speedscope(request, out);
    case ExportFormat::kFolded:
      return write_live_folded(request, out);
    case ExportFormat::kMassif:
      return write_massif(request, out);
    case ExportFormat::kJson:
      return write_traces_json(request, out);
    case ExportFormat::kCsv:
      return write_traces_csv(request, out);
  }
}

// Everything that can be wrong with the command line is found before the file is opened.
void run_export(const ExportOptions& options) {
  const ExportFormat format = parse_export_format(options.format);
  const Moment moment = parse_moment(options.at);
  Query query;
  options.filters.apply_to(query);
  ask_of_its_domain(moment, query);
  OpenRecording recording(options.file, options.filters);
  const Snapshot live = recording.snapshot(Metric::kLive, moment);
  const BucketSource buckets = recording.timeline();
  OutputFile output(options.output, options.overwrite);
  write_export(format, {recording.profile(), buckets, query, live}, output.stream());
  output.finish();
  tell_what_is_missing(options.file, recording.data());
}

}  // namespace

void add_export_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("export", "Write a recording in another tool's format");
  const auto options = std::make_shared<ExportOptions>();
  command->add_option("FILE", options->file, "The recording")->required();
  command->add_option("--format", options->format, "pprof, speedscope, folded, massif, json or csv")
      ->type_name("FORMAT")
      ->required();
  command->add_option("-o,--output", options->output, "Where to; - is standard output")
      ->type_name("FILE")
      ->required();
  command->add_flag("-f,--force", options->overwrite, "Replace the file if it exists");
  command->add_option("--at", options->at, "The moment of live blocks, as for stats (peak)")
      ->type_name("MOMENT");
  options->filters.add_to(*command);
  command->footer(kExportExamples);
  command->callback([options, &status] {
    run_export(*options);
    status = 0;
  });
}

}  // namespace heaptally
