#include "core/profile/domains.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/profile/pattern.h"

namespace heaptally {
namespace {

constexpr std::string_view kHeap = "heap";
constexpr std::string_view kAll = "all";

std::size_t count_of(const RecordingData& data) {
  return std::max<std::size_t>(data.domains.size(), 1);
}

std::string names_of_domains(const RecordingData& data) {
  constexpr std::size_t kShown = 10;
  std::string names;
  const std::size_t count = count_of(data);
  for (std::size_t i = 0; i < std::min(kShown, count); ++i) {
    names += (i == 0 ? "" : ", ") + std::string(domain_name(data, DomainId(i)));
  }
  // On one line, whatever a program has called them.
  for (char& c : names) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  if (count > kShown) names += " and " + std::to_string(count - kShown) + " more";
  return names;
}

[[noreturn]] void refuse(const RecordingData& data, const std::string& subject) {
  throw Error(
      subject, "no such domain",
      (count_of(data) == 1 ? "the recording has only " : "there are ") + names_of_domains(data),
      ExitCode::kUsage);
}

// By domain.
std::vector<bool> matching_domains(const RecordingData& data,
                                   const std::vector<std::string>& wanted) {
  std::vector<bool> matches(count_of(data));
  matches[index_of(kHeapDomain)] = wanted.empty();
  for (const std::string& text : wanted) {
    const Pattern pattern(text);
    bool found = false;
    for (std::size_t i = 0; i < matches.size(); ++i) {
      if (text != kAll && !pattern.matches(domain_name(data, DomainId(i)))) continue;
      matches[i] = found = true;
    }
    if (!found) refuse(data, "--domain " + text);
  }
  return matches;
}

}  // namespace

std::string_view domain_name(const RecordingData& data, DomainId id) {
  return index_of(id) < data.domains.size() ? std::string_view(data.domains[index_of(id)].name)
                                            : kHeap;
}

DomainId domain_called(const RecordingData& data, std::string_view name,
                       const std::string& subject) {
  for (std::size_t i = 0; i < count_of(data); ++i) {
    if (domain_name(data, DomainId(i)) == name) return DomainId(i);
  }
  refuse(data, subject);
}

std::vector<bool> tasks_in_domains(const RecordingData& data,
                                   const std::vector<std::string>& domains) {
  const std::vector<bool> matches = matching_domains(data, domains);
  std::vector<bool> result(data.tasks.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::size_t domain = index_of(data.tasks[i].domain);
    result[i] = domain < matches.size() && matches[domain];
  }
  return result;
}

std::vector<bool> tallies_in_domains(const RecordingData& data,
                                     const std::vector<std::string>& domains) {
  const std::vector<bool> tasks = tasks_in_domains(data, domains);
  std::vector<bool> result(data.tallies.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = tasks[index_of(data.tallies[i].task)];
  return result;
}

void ask_of_its_domain(const Moment& moment, Query& query) {
  if (!moment.domain.empty() && query.domains.empty()) query.domains = {moment.domain};
}

TaskId thread_of(const RecordingData& data, TaskId task) {
  return data.tasks[index_of(task)].heap_task.value_or(task);
}

}  // namespace heaptally
