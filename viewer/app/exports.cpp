#include "viewer/app/exports.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <utility>

#include "core/profile/tree.h"
#include "core/report/flame_report.h"
#include "core/report/page.h"
#include "viewer/model/written_file.h"
#include "viewer/panels/exported_table.h"

namespace heaptally::view {
namespace {

struct ExportName {
  Action action;
  const char* title;
  const char* suffix;
};

constexpr std::array<ExportName, 5> kExports = {{
    {Action::kExportCsv, "Export the table as CSV", ".csv"},
    {Action::kExportText, "Export the table as text", ".txt"},
    {Action::kExportPng, "Export a picture", ".png"},
    {Action::kExportHtml, "Export the report", ".html"},
    {Action::kExportFolded, "Export folded stacks", ".folded"},
}};

Metric page_metric(ViewMetric metric) {
  if (metric == ViewMetric::kTotal) return Metric::kTotal;
  if (metric == ViewMetric::kTemporary) return Metric::kTemporary;
  return Metric::kLive;
}

}  // namespace

std::optional<ExportKind> export_of(Action action) {
  for (std::size_t i = 0; i < kExports.size(); ++i) {
    if (kExports.at(i).action == action) return static_cast<ExportKind>(i);
  }
  return {};
}

FileQuestion question_of(ExportKind kind, const View& view) {
  const ExportName& name = kExports.at(static_cast<std::size_t>(kind));
  std::string stem = view.recording ? view.recording->file().stem().string() : "heaptally";
  const bool is_of_all = kind == ExportKind::kHtml || kind == ExportKind::kFolded;
  if (!is_of_all) stem += "-" + std::string(title_of(view.panel));
  return {.title = name.title,
          .button = "Export",
          .suffix = name.suffix,
          .name = stem + name.suffix,
          .saves = true};
}

void export_table(ExportKind kind, const Table& table, const std::filesystem::path& file) {
  write_whole_file(file, [&](std::ostream& out) {
    if (kind == ExportKind::kCsv) {
      write_csv(table, out);
    } else {
      write_text(table, out);
    }
  });
}

void export_page(const Recording& recording, const Recording* other, const Selection& selection,
                 const std::filesystem::path& file) {
  const Query query = query_of(selection);
  PageRequest request{.recordings = {}, .query = query};
  request.recordings.push_back({recording.profile(selection.raw), recording.timeline()});
  if (other != nullptr) {
    request.recordings.push_back({other->profile(selection.raw), other->timeline()});
  }
  request.metric = page_metric(selection.metric);
  request.unit = selection.unit;
  const std::string page = make_page(request);
  write_whole_file(file, [&](std::ostream& out) { out << page; });
}

void export_folded(const Recording& recording, const Selection& selection,
                   const std::filesystem::path& file) {
  const Profile& profile = recording.profile(selection.raw);
  const Measured measured = measure(recording, selection);
  Query query = query_of(selection);
  query.group = Group::kFunction;
  const TreeShape shape = shape_of(selection);
  const Side now = {profile, measured.now};
  const FlameReport report = measured.before
                                 ? make_flame({profile, *measured.before}, now, query, shape)
                                 : make_flame(now, query, shape);
  write_whole_file(file, [&](std::ostream& out) { write_folded(report, out); });
}

struct ExportJob::State {
  std::string done;
  std::string problem;
  std::atomic<bool> is_over = false;
};

void ExportJob::start(Worker& worker, std::function<void()> write, std::string done) {
  state_ = std::make_shared<State>();
  state_->done = std::move(done);
  worker.submit(this, [state = state_, write = std::move(write)] {
    try {
      write();
    } catch (const std::exception& error) {
      state->problem = error.what();
    }
    state->is_over = true;
  });
}

void ExportJob::tell(View& view) {
  if (!state_ || !state_->is_over) return;
  const bool is_done = state_->problem.empty();
  view.tell(is_done ? state_->done : state_->problem, !is_done);
  state_.reset();
}

}  // namespace heaptally::view
