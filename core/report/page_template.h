// The page that reports are filled into, made of the files in core/report/page when heaptally is
// built.
#pragma once

#include <string_view>

namespace heaptally {

// Holds @DATA@ where the data goes, once.
extern const std::string_view kPageTemplate;

}  // namespace heaptally
