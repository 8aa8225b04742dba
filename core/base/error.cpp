#include "core/base/error.h"

#include <utility>

namespace heaptally {

Error::Error(std::string subject, const std::string& problem, const std::string& remedy,
             ExitCode code)
    : line_(std::move(subject)), code_(code) {
  line_ += ": " + problem;
  if (!remedy.empty()) line_ += "; " + remedy;
}

}  // namespace heaptally
