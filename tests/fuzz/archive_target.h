#pragma once

/// What a node does with an archive of strangers, for any reader: index it, look at what was found, decode it.

#include <bryo/archive.h>
#include <bryo/testing.h>
#include <tests/fuzz/promise.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bryo::fuzz {

constexpr std::size_t kMembers = 2'000;        ///< more are refused, as a node refuses too large an index
constexpr std::size_t kDecoded = 16;           ///< members that are decoded
constexpr std::uint64_t kLargest = 256 << 10;  ///< of those

/// Takes the first members out of the pass.
class Tap final : public MemberTap {
 public:
  bool wants(const Member& member) override {
    current_ = nullptr;
    if (taken.size() >= kDecoded || member.size > kLargest || taken.contains(std::string(member.name))) return false;
    current_ = &taken[std::string(member.name)];
    return true;
  }
  void content(BytesView bytes) override {
    require(current_ != nullptr, "content comes after wants");
    current_->append(as_text(bytes));
  }
  std::map<std::string, std::string> taken;

 private:
  std::string* current_ = nullptr;
};

/// The bytes of a part; empty when it cannot be decoded.
inline std::string decoded(const ArchiveReader& reader, const OpenObject& archive, const MemberIndex& index,
                           const MemberPart& part) {
  std::string out;
  const std::function<Status(std::size_t, BytesView)> sink = [&](std::size_t i, BytesView bytes) -> Status {
    require(i == 0, "pieces belong to a part that was asked for");
    out.append(as_text(bytes));
    require(out.size() <= part.length, "a part has no more bytes than were asked for");
    return {};
  };
  const Status done = reader.extract(archive, "ais://b/fuzz", index, {&part, 1}, sink);
  if (!done) return {};
  require(out.size() == part.length, "a decoded part is whole");
  return out;
}

inline int archive(const ArchiveReader& reader, const std::uint8_t* data, std::size_t size) {
  const testing::MemoryObject archive(std::string(reinterpret_cast<const char*>(data), size), 1);
  Tap tap;
  const auto index = testing::index_of(reader, archive, "ais://b/fuzz", kMembers, &tap);
  if (!index) return 0;
  std::size_t left = kDecoded;
  (*index)->for_each([&](const Member& member) {
    if (member.stored) {
      require(member.offset <= size && member.size <= size - member.offset, "stored members lie inside the archive");
      return true;
    }
    if (member.size > kLargest || left-- == 0) return left != 0;
    const std::string whole = decoded(reader, archive, **index, {member, 0, member.size});
    const auto first = (*index)->find(member.name);
    const auto taken = tap.taken.find(std::string(member.name));
    if (first && first->ordinal == member.ordinal && taken != tap.taken.end() && whole.size() == member.size) {
      require(taken->second == whole, "the pass handed over what decoding gives");
    }
    if (whole.size() > 2) {
      const std::string part = decoded(reader, archive, **index, {member, 1, member.size - 2});
      require(part.empty() || part == whole.substr(1, whole.size() - 2), "a part is a part of the whole");
    }
    return true;
  });
  return 0;
}

}  // namespace bryo::fuzz
