// Domains: where memory comes from, and which of them count.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/profile/statistics.h"
#include "core/recording/reader.h"

namespace heaptally {

// The name of a domain; "heap" of a recording in memory that has none.
std::string_view domain_name(const RecordingData& data, DomainId id);

// The domain of exactly this name. Errors: Error of usage about `subject` that names those there
// are.
DomainId domain_called(const RecordingData& data, std::string_view name,
                       const std::string& subject);

// By task: whether its domain is called one of `domains`, each a name or a pattern, or "all"; if
// there are none, whether it is the heap. Errors: Error of usage that names the domains there are,
// if one of `domains` matches none.
std::vector<bool> tasks_in_domains(const RecordingData& data,
                                   const std::vector<std::string>& domains);

// The same by tally.
std::vector<bool> tallies_in_domains(const RecordingData& data,
                                     const std::vector<std::string>& domains);

// What is asked of a domain's own peak, and names no domain, is asked of that one.
void ask_of_its_domain(const Moment& moment, Query& query);

// The task that stands for a thread in all domains.
TaskId thread_of(const RecordingData& data, TaskId task);

}  // namespace heaptally
