// The rows of the table `header`, one list for the writer and the reader. A key may be
// added without a new version of the format: where it is missing, the default is read.
#pragma once

#include "core/recording/model.h"

namespace heaptally {

// Calls visit(key, member) for each row; members are std::string, integers, bool and
// Nanoseconds. `command` is not here: it is the table `arguments`.
template <class HeaderType, class Visit>
void for_each_header_field(HeaderType& header, Visit visit) {
  visit("working_directory", header.working_directory);
  visit("host", header.host);
  visit("heaptally_version", header.heaptally_version);
  visit("start_unix_ns", header.start_unix_ns);
  visit("duration_ns", header.duration);
  visit("clock", header.clock);
  visit("complete", header.complete);
  visit("has_log", header.has_log);
  visit("exit_status", header.exit_status);

  visit("total_bytes", header.total.bytes);
  visit("total_count", header.total.count);
  visit("temporary_bytes", header.temporary.bytes);
  visit("temporary_count", header.temporary.count);
  visit("live_at_end_bytes", header.live_at_end.bytes);
  visit("live_at_end_count", header.live_at_end.count);
  visit("peak_bytes", header.peak.bytes);
  visit("peak_count", header.peak.count);
  visit("peak_time_ns", header.peak_time);
  visit("frees", header.frees);

  visit("lost_events", header.lost_events);
  visit("unknown_frees", header.unknown_frees);
  visit("inherited_frees", header.inherited_frees);
  visit("untraced_frees", header.untraced_frees);
  visit("inferred_frees", header.inferred_frees);
  visit("domain_unknown_frees", header.domain_unknown_frees);
  visit("domain_inferred_frees", header.domain_inferred_frees);
  visit("late_events", header.late_events);
  visit("rejected_events", header.rejected_events);
  visit("nested_events", header.nested_events);
  visit("inner_events", header.inner_events);
  visit("cut_stacks", header.cut_stacks);
  visit("broken_stacks", header.broken_stacks);
  visit("fallback_stacks", header.fallback_stacks);
  visit("fallbacks_other_register", header.fallbacks.other_register);
  visit("fallbacks_expression", header.fallbacks.expression);
  visit("fallbacks_return_address", header.fallbacks.return_address);
  visit("fallbacks_frame_pointer", header.fallbacks.frame_pointer);
  visit("fallbacks_no_step", header.fallbacks.no_step);
  visit("fallbacks_no_libunwind", header.fallbacks.no_libunwind);
  visit("unrecorded_processes", header.unrecorded_processes);
  visit("dropped_marks", header.dropped_marks);
  visit("crossings_end_ns", header.crossings_end);
  visit("marks_after_crossings", header.marks_after_crossings);
  visit("waited_ns", header.waited);

  visit("cpu_ns", header.cpu);
  visit("peak_rss_bytes", header.peak_rss);
  visit("first_rss_bytes", header.first_rss);
}

}  // namespace heaptally
