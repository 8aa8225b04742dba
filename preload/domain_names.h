// The names that the program gives to domains of its own, and their numbers on the wire.
#pragma once

#include "preload/ring_writer.h"
#include "wire/events.h"

namespace heaptally::preload {

// The number of a name in this process, told to the collector through `ring` before its first use;
// wire::kOthers beyond wire::kMostNamed names. Of a name longer than wire::kMaxDomainName the
// first bytes count. From any thread; takes no lock.
wire::DomainNumber domain_number(const char* name, RingWriter& ring);

}  // namespace heaptally::preload
