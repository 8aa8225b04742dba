// What a recording does not say of its process images, worked out from its tallies and timeline.
#pragma once

#include "core/recording/derive.h"

namespace heaptally {

// For an unfinished recording: each image's total, live_at_end and peak, and the tallies'
// live_at_process_peak. A peak is the image's highest edge of a bucket, so it is not exact. Where
// the timeline shows nothing (an image gives everything back when it ends, and a short one shows at
// no edge), what the collector stored of it stays. Walks the timeline twice.
void derive_processes(const ForEachBucket& for_each_bucket, RecordingData& data);

// For a finished recording of version 1, which knew one process of one or more images and nothing
// of each: adds up what they held. Exact but for the peaks of several images.
void derive_processes_of_version_1(const ForEachBucket& for_each_bucket, RecordingData& data);

// Links the images of a recording of version 1: those of one PID are one process.
void link_images_of_version_1(RecordingData& data);

}  // namespace heaptally
