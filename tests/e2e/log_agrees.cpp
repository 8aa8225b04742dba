// log_agrees FILE...: whether the event log of each recording tells the same as the rest of it.
#include <cstdio>

#include "core/base/error.h"
#include "tests/recording/log_agreement.h"

int main(int argc, char** argv) {
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      heaptally::RecordingReader reader(argv[i]);
      const auto differences = heaptally::test::disagreements(reader);
      for (std::size_t d = 0; d < differences.size() && d < 20; ++d) {
        std::printf("%s: %s\n", argv[i], differences[d].c_str());
      }
      if (!differences.empty()) status = 1;
    } catch (const heaptally::Error& error) {
      std::printf("%s\n", error.what());
      status = 1;
    }
  }
  return status;
}
