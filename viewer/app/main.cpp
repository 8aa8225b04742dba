// heaptally-view: the window.
#include <cstdio>
#include <exception>

#include "core/base/error.h"
#include "viewer/app/application.h"

int main(int argc, char** argv) {
  using heaptally::Error;
  using heaptally::ExitCode;
  try {
    const auto options = heaptally::view::parse_options(argc, argv);
    return options ? heaptally::view::run_application(*options) : 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heaptally-view: %s\n", error.what());
    return static_cast<int>(ExitCode::kFailed);
  }
}
