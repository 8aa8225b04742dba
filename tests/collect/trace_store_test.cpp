#include "core/collect/trace_store.h"

#include <gtest/gtest.h>

#include "core/collect/image_family.h"
#include "tests/collect/ring_of_events.h"

namespace heaptally {
namespace {

using wire::frame_key;

TEST(TraceStore, GivesEachThingOneId) {
  TraceStore store;
  bool is_new = false;
  const ModuleId module = store.module("/lib/a.so", "beef", is_new);
  EXPECT_TRUE(is_new);
  EXPECT_EQ(store.module("/lib/a.so", "beef", is_new), module);
  EXPECT_FALSE(is_new);
  EXPECT_NE(store.module("/lib/a.so", "f00d", is_new), module);
  const FrameId frame = store.frame(module, 0x1234, FrameKind::kReturnAddress);
  EXPECT_EQ(store.frame(module, 0x1234, FrameKind::kReturnAddress), frame);
  EXPECT_NE(store.frame(module, 0x1234, FrameKind::kExact), frame);
  const TraceId trace = store.trace(kRootTrace, frame);
  EXPECT_EQ(store.trace(kRootTrace, frame), trace);
  EXPECT_NE(store.trace(trace, frame), trace);
  EXPECT_EQ(store.take_new_modules().size(), 3u);  // with kNoModule
  EXPECT_EQ(store.take_new_frames().size(), 3u);   // with the root's
  EXPECT_EQ(store.take_new_traces().size(), 3u);   // with the root
  EXPECT_TRUE(store.take_new_traces().empty());
}

class ImageFamilyTest : public testing::Test {
 protected:
  TraceId trace_of(wire::TraceIndex index) {
    return family_.trace_of(index, /*pid=*/1, store_, is_sound_);
  }

  ImageFamily family_{0, std::make_unique<SharedMemory>(SharedMemoryOptions{})};
  TraceStore store_;
  bool is_sound_ = false;
};

TEST_F(ImageFamilyTest, TranslatesPathsAndSharesPrefixes) {
  write_node(family_.memory(), 1, frame_key(0x10, 0, wire::FrameKind::kReturnAddress), 0);
  write_node(family_.memory(), 3, frame_key(0x20, 0, wire::FrameKind::kReturnAddress), 1);
  write_node(family_.memory(), 2, frame_key(0x30, 0, wire::FrameKind::kReturnAddress), 3);
  const TraceId leaf = trace_of(2);
  EXPECT_TRUE(is_sound_);
  const std::vector<Trace> traces = store_.take_new_traces();
  ASSERT_EQ(traces.size(), 4u);
  for (const Trace& trace : traces) EXPECT_LE(trace.parent, trace.id);
  EXPECT_EQ(traces.back().id, leaf);
  EXPECT_EQ(trace_of(3), traces.back().parent);
  EXPECT_EQ(trace_of(0), kRootTrace);
}

TEST_F(ImageFamilyTest, ATableThatRunsInCirclesIsNotFollowed) {
  write_node(family_.memory(), 1, frame_key(0x10, 0, wire::FrameKind::kReturnAddress), 2);
  write_node(family_.memory(), 2, frame_key(0x20, 0, wire::FrameKind::kReturnAddress), 1);
  EXPECT_EQ(trace_of(1), kRootTrace);
  EXPECT_FALSE(is_sound_);
  EXPECT_EQ(trace_of(wire::kMaxNodes + 5), kRootTrace);
  EXPECT_FALSE(is_sound_);
}

}  // namespace
}  // namespace heaptally
