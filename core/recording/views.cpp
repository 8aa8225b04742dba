#include "core/recording/schema.h"

namespace heaptally {

namespace {

constexpr SchemaItem kViews[] = {
    {"frame_lines",
     "CREATE VIEW frame_lines AS"
     " SELECT f.id AS frame, coalesce(l.depth, 0) AS depth, fn.text AS function,"
     " fi.text AS file, l.line AS line, l.column AS column, l.symbol_offset AS symbol_offset,"
     " m.path AS module, f.address AS address, f.kind AS kind"
     " FROM frames f JOIN modules m ON m.id = f.module"
     " LEFT JOIN locations l ON l.frame = f.id"
     " LEFT JOIN strings fn ON fn.id = l.function LEFT JOIN strings fi ON fi.id = l.file"},
    // json_each takes the walk from each trace to the root as a value, so that the view of one
    // trace walks from that one alone: a recursive view by itself would walk from all.
    {"trace_frames",
     "CREATE VIEW trace_frames AS"
     " SELECT t.id AS trace, s.key AS height, l.depth AS depth, l.function AS function,"
     " l.file AS file, l.line AS line, l.module AS module, l.frame AS frame"
     " FROM traces t, json_each(("
     "WITH RECURSIVE stack(parent, frame) AS ("
     "SELECT t.parent, t.frame WHERE t.id <> 0"
     " UNION ALL SELECT u.parent, u.frame FROM stack s JOIN traces u ON u.id = s.parent"
     " WHERE s.parent <> 0)"
     " SELECT '[' || coalesce(group_concat(frame), '') || ']' FROM stack)) s"
     " JOIN frame_lines l ON l.frame = s.value"},
    {"process_images",
     "CREATE VIEW process_images AS"
     " WITH RECURSIVE chain(image, process) AS ("
     "SELECT id, id FROM processes WHERE previous IS NULL"
     " UNION ALL SELECT p.id, c.process FROM chain c JOIN processes p ON p.previous = c.image)"
     " SELECT image, process FROM chain"},
    {"process_list",
     "CREATE VIEW process_list AS"
     " WITH images AS (SELECT m.process AS process, p.*,"
     " row_number() OVER (PARTITION BY m.process ORDER BY p.id DESC) AS age,"
     " row_number() OVER (PARTITION BY m.process ORDER BY p.peak_bytes DESC, p.id) AS rank"
     " FROM process_images m JOIN processes p ON p.id = m.image)"
     " SELECT process, max(pid) AS pid, max(CASE id WHEN process THEN parent_pid END) AS "
     "parent_pid,"
     " max(CASE age WHEN 1 THEN command END) AS command, count(*) AS images,"
     " max(processes) AS processes, min(start_ns) AS start_ns,"
     " max(CASE age WHEN 1 THEN end_ns END) AS end_ns,"
     " max(CASE age WHEN 1 THEN exit_status END) AS exit_status,"
     " max(CASE age WHEN 1 THEN not_recorded END) AS not_recorded,"
     " sum(total_bytes) AS total_bytes, sum(total_count) AS total_count,"
     " sum(live_at_end_bytes) AS live_at_end_bytes, sum(live_at_end_count) AS live_at_end_count,"
     " max(CASE rank WHEN 1 THEN peak_bytes END) AS peak_bytes,"
     " max(CASE rank WHEN 1 THEN peak_count END) AS peak_count,"
     " max(CASE rank WHEN 1 THEN peak_time_ns END) AS peak_time_ns,"
     " max(CASE rank WHEN 1 THEN id END) AS peak_image"
     " FROM images GROUP BY process"},
    {"tally_values",
     "CREATE VIEW tally_values AS"
     " SELECT t.id AS tally, t.trace AS trace, p.pid AS pid, k.tid AS tid, k.name AS thread,"
     " CASE t.size_class WHEN 0 THEN 0 ELSE 1 << (t.size_class - 1) END AS size_from,"
     " v.total_bytes AS total_bytes, v.total_count AS total_count,"
     " v.temporary_bytes AS temporary_bytes, v.temporary_count AS temporary_count,"
     " v.live_at_end_bytes AS live_at_end_bytes, v.live_at_end_count AS live_at_end_count,"
     " v.live_at_peak_bytes AS live_at_peak_bytes, v.live_at_peak_count AS live_at_peak_count,"
     " v.live_at_process_peak_bytes AS live_at_process_peak_bytes,"
     " v.live_at_process_peak_count AS live_at_process_peak_count,"
     " t.task AS task, k.process AS image, k.domain AS domain"
     " FROM tallies t JOIN tasks k ON k.id = t.task JOIN processes p ON p.id = k.process"
     " LEFT JOIN totals v ON v.tally = t.id"},
    {"domain_lines",
     "CREATE VIEW domain_lines AS"
     " SELECT d.name AS domain, l.file AS file, l.line AS line, l.function AS function,"
     " l.module AS module,"
     " sum(v.total_bytes) AS total_bytes, sum(v.total_count) AS total_count,"
     " sum(v.temporary_bytes) AS temporary_bytes, sum(v.temporary_count) AS temporary_count,"
     " sum(v.live_at_end_bytes) AS live_at_end_bytes,"
     " sum(v.live_at_end_count) AS live_at_end_count,"
     " sum(v.live_at_peak_bytes) AS live_at_peak_bytes,"
     " sum(v.live_at_peak_count) AS live_at_peak_count"
     " FROM tally_values v JOIN domains d ON d.id = v.domain JOIN traces t ON t.id = v.trace"
     " LEFT JOIN frame_lines l ON l.frame = t.frame AND l.depth = 0"
     " GROUP BY 1, 2, 3, 4, 5"},
    {"lines",
     "CREATE VIEW lines AS"
     " SELECT l.file AS file, l.line AS line, l.function AS function, l.module AS module,"
     " sum(v.total_bytes) AS total_bytes, sum(v.total_count) AS total_count,"
     " sum(v.temporary_bytes) AS temporary_bytes, sum(v.temporary_count) AS temporary_count,"
     " sum(v.live_at_end_bytes) AS live_at_end_bytes,"
     " sum(v.live_at_end_count) AS live_at_end_count,"
     " sum(v.live_at_peak_bytes) AS live_at_peak_bytes,"
     " sum(v.live_at_peak_count) AS live_at_peak_count"
     " FROM tally_values v JOIN traces t ON t.id = v.trace"
     " LEFT JOIN frame_lines l ON l.frame = t.frame AND l.depth = 0"
     " WHERE v.domain = 0 GROUP BY 1, 2, 3, 4"},
    {"peak_lines",
     "CREATE VIEW peak_lines AS"
     " SELECT file, line, function, module, live_at_peak_bytes AS bytes,"
     " live_at_peak_count AS count,"
     " round(100.0 * live_at_peak_bytes / sum(live_at_peak_bytes) OVER (), 1) AS percent"
     " FROM lines WHERE live_at_peak_count > 0 ORDER BY bytes DESC, count DESC"},
    // At the process's own peak only the image counts that had it: the others held nothing then.
    {"process_lines",
     "CREATE VIEW process_lines AS"
     " SELECT q.process AS process, q.pid AS pid, q.command AS command, l.file AS file,"
     " l.line AS line, l.function AS function, l.module AS module,"
     " sum(v.total_bytes) AS total_bytes, sum(v.total_count) AS total_count,"
     " sum(v.temporary_bytes) AS temporary_bytes, sum(v.temporary_count) AS temporary_count,"
     " sum(v.live_at_end_bytes) AS live_at_end_bytes,"
     " sum(v.live_at_end_count) AS live_at_end_count,"
     " sum(v.live_at_peak_bytes) AS live_at_peak_bytes,"
     " sum(v.live_at_peak_count) AS live_at_peak_count,"
     " sum((v.image = q.peak_image) * v.live_at_process_peak_bytes) AS live_at_process_peak_bytes,"
     " sum((v.image = q.peak_image) * v.live_at_process_peak_count) AS live_at_process_peak_count"
     " FROM tally_values v JOIN process_images i ON i.image = v.image"
     " JOIN process_list q ON q.process = i.process JOIN traces t ON t.id = v.trace"
     " LEFT JOIN frame_lines l ON l.frame = t.frame AND l.depth = 0"
     " WHERE v.domain = 0 GROUP BY 1, 4, 5, 6, 7"},
    {"thread_values",
     "CREATE VIEW thread_values AS"
     " SELECT k.id AS task, p.pid AS pid, k.tid AS tid, k.name AS thread, k.threads AS threads,"
     " p.command AS command,"
     " sum(v.total_bytes) AS total_bytes, sum(v.total_count) AS total_count,"
     " sum(v.temporary_bytes) AS temporary_bytes, sum(v.temporary_count) AS temporary_count,"
     " sum(v.live_at_end_bytes) AS live_at_end_bytes,"
     " sum(v.live_at_end_count) AS live_at_end_count,"
     " sum(v.live_at_peak_bytes) AS live_at_peak_bytes,"
     " sum(v.live_at_peak_count) AS live_at_peak_count"
     " FROM tasks k JOIN processes p ON p.id = k.process"
     " LEFT JOIN tallies t ON t.task = k.id LEFT JOIN totals v ON v.tally = t.id"
     " WHERE k.domain = 0 GROUP BY k.id"},
    {"timeline_rows",
     "CREATE VIEW timeline_rows AS"
     " SELECT start_ns, start_ns + width_ns AS end_ns, max_live_bytes,"
     " length(deltas) AS packed_bytes FROM timeline"},
};

}  // namespace

std::span<const SchemaItem> schema_views() { return kViews; }

}  // namespace heaptally
