// Keys as fields of CSV, quoted where they need it.
#pragma once

#include <string>

#include "core/profile/keys.h"

namespace heaptally {

// The fields "label,file,line,function,module", as far as the group has them.
std::string key_fields(const Profile& profile, Group group, const Key& key);

// The labels of a traceback's frames, oldest first, with "; " between; empty for other groups.
std::string traceback_field(const Profile& profile, Group group, const Key& key);

// Bytes a block; empty if there is none.
std::string average_field(Amount amount);

}  // namespace heaptally
