#include <gtest/gtest.h>

#include <kernel/object/list_entries.h>

namespace bryo::kernel {
namespace {

ListedObject listed(std::string name) {
  auto attributes = std::make_shared<ObjectAttributes>();
  attributes->checksum_value = "cafe";
  attributes->version = "2";
  attributes->custom = {{"k", "v"}, {"k2", "v2"}};
  return {.name = std::move(name),
          .directory = false,
          .size = 17,
          .atime_ns = 1'700'000'000'000'000'000,
          .mountpath = "/nowhere",
          .attributes = std::move(attributes)};
}

ListReply reply_of(std::vector<ListedObject> entries, const ListMessage& message) {
  return list_reply({.entries = std::move(entries), .more = true}, message, ObjectLocations("abct", {}));
}

TEST(ListEntries, OnlyWantedFieldsAreShown) {
  ListMessage message;
  auto entry = reply_of({listed("o")}, message).entries.at(0);
  EXPECT_EQ(entry.name, "o");
  EXPECT_EQ(entry.flags, kEntryCached);
  EXPECT_TRUE(entry.size == 0 && entry.checksum.empty() && entry.atime.empty() && entry.version.empty());
  EXPECT_TRUE(entry.custom.empty() && entry.copies == 0 && entry.location.empty());
  message.props = {.size = true, .checksum = true, .version = true, .custom = true, .copies = true};
  entry = reply_of({listed("o")}, message).entries.at(0);
  EXPECT_EQ(entry.size, 17u);
  EXPECT_EQ(entry.checksum, "cafe");
  EXPECT_EQ(entry.version, "2");
  EXPECT_EQ(entry.custom, "[k:v k2:v2]");
  EXPECT_EQ(entry.copies, 1);
}

// An object whose metadata could not be read is still listed.
TEST(ListEntries, AnObjectWithoutAttributes) {
  ListMessage message;
  message.props = {.size = true, .checksum = true, .custom = true};
  auto damaged = listed("o");
  damaged.attributes = nullptr;
  const auto entry = reply_of({std::move(damaged)}, message).entries.at(0);
  EXPECT_EQ(entry.size, 17u);
  EXPECT_EQ(entry.checksum, "");
}

TEST(ListEntries, DirectoriesHaveNothingButTheirName) {
  ListMessage message;
  message.props = {.size = true, .atime = true, .copies = true};
  auto directory = listed("d/");
  directory.directory = true;
  const auto entry = reply_of({std::move(directory)}, message).entries.at(0);
  EXPECT_EQ(entry.flags, kEntryDirectory);
  EXPECT_TRUE(entry.size == 0 && entry.atime.empty() && entry.copies == 0);
}

TEST(ListEntries, AFullPageHasATokenAndAShortOneHasNone) {
  ListMessage message;
  message.uuid = "id";
  message.page_size = 2;
  const auto full = reply_of({listed("a"), listed("b")}, message);
  EXPECT_EQ(full.uuid, "id");
  EXPECT_EQ(full.continuation_token, "b");
  EXPECT_EQ(reply_of({listed("a")}, message).continuation_token, "");
  EXPECT_EQ(reply_of({}, message).continuation_token, "");
}

TEST(ListEntries, TheStoreIsAskedForNoMoreThanIsShown) {
  ListMessage message;
  message.prefix = "p";
  message.after = "q";
  message.page_size = 7;
  auto request = list_request(message);
  EXPECT_EQ(request.prefix, "p");
  EXPECT_EQ(request.after, "q");
  EXPECT_EQ(request.limit, 7u);
  EXPECT_TRUE(request.recursive);
  EXPECT_FALSE(request.sizes || request.attributes);  // names alone cost no look at any object
  message.props.size = true;
  request = list_request(message);
  EXPECT_TRUE(request.sizes && !request.attributes);
  message.props = {.location = true};
  message.flags = kListNoRecursion;
  request = list_request(message);
  EXPECT_TRUE(request.sizes && request.attributes && !request.recursive);
}

}  // namespace
}  // namespace bryo::kernel
