// The application: a window with a workspace in it, until the user has enough.
#pragma once

#include "viewer/app/options.h"

namespace heaptally::view {

// Returns the exit code. Errors: Error if there is no window to be had; for pictures whatever is
// wrong, also with the recording.
int run_application(const Options& options);

}  // namespace heaptally::view
