// Settings, folders and files that the viewer writes.
#include "viewer/model/settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <sstream>

#include "core/base/error.h"
#include "tests/viewer/small_recording.h"
#include "viewer/model/folder.h"
#include "viewer/model/written_file.h"

namespace heaptally::view {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(Settings, AreReadAsTheyWereWritten) {
  const TestFolder folder;
  const auto file = folder / "a/b/view.json";
  EXPECT_TRUE(load_settings(file) == Settings());
  Settings settings;
  settings.dark = true;
  settings.editor = "vi +%l";
  settings.source_paths = {{"/build/", "/home/me/"}};
  settings.recent = {"/x.heaptally"};
  save_settings(settings, file);
  EXPECT_TRUE(load_settings(file) == settings);
}

TEST(Settings, ABrokenFileIsAnError) {
  const TestFolder folder;
  for (const char* text : {"{", "[]", "{\"dark\": 3}", "{\"source_paths\": [1]}", ""}) {
    std::ofstream(folder / "view.json") << text;
    EXPECT_THROW(load_settings(folder / "view.json"), Error) << text;
  }
}

TEST(Settings, TheLastRecordingComesFirstAndOnce) {
  Settings settings;
  for (int i = 0; i < 20; ++i) remember(settings, "/r" + std::to_string(i));
  EXPECT_EQ(settings.recent.size(), kMostRecent);
  EXPECT_EQ(settings.recent.front(), "/r19");
  remember(settings, "/r15");
  EXPECT_EQ(settings.recent.front(), "/r15");
  EXPECT_EQ(std::count(settings.recent.begin(), settings.recent.end(), "/r15"), 1);
  EXPECT_EQ(settings.recent.size(), kMostRecent);
}

TEST(Folder, ListsFoldersFirstAndRecordingsOnly) {
  const TestFolder folder;
  std::filesystem::create_directory(folder / "z");
  for (const char* name : {"b.heaptally", "a.heaptally", "x.txt", ".hidden.heaptally"}) {
    std::ofstream(folder / name) << name;
  }
  const auto names = [&](const std::string& suffix) {
    std::vector<std::string> found;
    for (const FolderEntry& entry : list_folder(folder.path(), suffix).entries) {
      found.push_back(entry.name);
    }
    return found;
  };
  EXPECT_EQ(names(".heaptally"), (std::vector<std::string>{"z", "a.heaptally", "b.heaptally"}));
  EXPECT_EQ(names("").size(), 4U);
  EXPECT_THROW(list_folder(folder / "none", ""), Error);
  EXPECT_THROW(list_folder(folder / "x.txt", ""), Error);
}

TEST(TypedPath, IsBelowTheFolderUnlessItSaysOtherwise) {
  EXPECT_EQ(typed_path("x", "/a"), "/a/x");
  EXPECT_EQ(typed_path("../x", "/a/b"), "/a/x");
  EXPECT_EQ(typed_path("/x/y", "/a"), "/x/y");
}

TEST(WrittenFile, TakesThePlaceOfWhatWasThere) {
  const TestFolder folder;
  const auto file = folder / "x.txt";
  std::ofstream(file) << "old";
  write_whole_file(file, [](std::ostream& out) { out << "new"; });
  EXPECT_EQ(text_of(file), "new");
}

TEST(WrittenFile, WhatWasThereStaysAfterAFailure) {
  const TestFolder folder;
  const auto file = folder / "x.txt";
  std::ofstream(file) << "old";
  EXPECT_THROW(write_whole_file(file, [](std::ostream& out) { out.setstate(std::ios::badbit); }),
               Error);
  EXPECT_THROW(write_whole_file(file, [](std::ostream&) { throw std::runtime_error("x"); }),
               std::runtime_error);
  EXPECT_EQ(text_of(file), "old");
  const std::filesystem::directory_iterator all(folder.path());
  EXPECT_EQ(std::distance(begin(all), end(all)), 1);
  EXPECT_THROW(write_whole_file(folder.path(), [](std::ostream&) {}), Error);
  EXPECT_THROW(write_whole_file(folder / "none/x.txt", [](std::ostream&) {}), Error);
}

}  // namespace
}  // namespace heaptally::view
