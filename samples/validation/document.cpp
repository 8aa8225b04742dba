// Parses all records into documents, then checks them. A document is easy to look at, and keeps
// everything: look at what it takes for each byte of the file.
#include "samples/validation/document.h"

#include "heaptally/heaptally.h"
#include "samples/support/sample.h"

int main(int argc, char** argv) {
  using namespace samples::validation;
  const Arguments arguments(argc, argv);
  Lines lines(arguments.file);
  std::vector<Json> records;
  try {
    while (lines.next()) {
      records.push_back(Json::parse(lines.line()));  // allocates
    }
  } catch (const Json::exception& error) {
    return broken(lines, error);
  }
  heaptally_mark("parsed");

  Checker checker(arguments.shown);
  for (const Json& record : records) check_record(checker, record);
  checker.say();

  Measure measure;
  Blocks all;
  all.add(records.capacity() * sizeof(Json));
  for (const Json& record : records) {
    const Blocks blocks = measure.of(record);
    all.count += blocks.count;
    all.bytes += blocks.bytes;
  }
  samples::say("live_when_parsed", all.bytes);
  samples::say("blocks_when_parsed", all.count);
  return samples::finished();
}
