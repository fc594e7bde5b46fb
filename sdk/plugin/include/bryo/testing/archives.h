#pragma once

/// Archives in memory: what their readers find, and the formats that a test adds.

#include <bryo/archive.h>
#include <bryo/host.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::testing {

/// What a reader found: a sink to fill, then the index. `limit`: members that it takes.
class MemoryMembers final : public MemberSink, public MemberIndex {
 public:
  explicit MemoryMembers(std::size_t limit = ~std::size_t{0}) : limit_(limit) {}

  Status add(const Member& member) override {
    if (members_.size() >= limit_) return Error(Errc::TooLarge, "too many members for this test");
    names_.emplace_back(member.name);
    Member kept = member;
    kept.name = names_.back();
    kept.ordinal = members_.size();
    by_name_.emplace(key_of(kept.name), members_.size());  // the first of equal names stays
    members_.push_back(kept);
    return {};
  }
  Status add_unreadable(std::string_view name, std::string_view why) override {
    unreadable_.emplace(std::string(name), std::string(why));
    return {};
  }
  Status add_format_data(BytesView bytes) override {
    format_data_.insert(format_data_.end(), bytes.begin(), bytes.end());
    return {};
  }
  bool wants(const Member& member) override { return tap_ != nullptr && tap_->wants(member); }
  void content(BytesView bytes) override { tap_->content(bytes); }
  /// May be null; outlives the pass.
  void set_tap(MemberTap* tap) { tap_ = tap; }
  /// The sentence for members behind the damage.
  void set_damage(Error why) { damage_ = std::move(why); }

  [[nodiscard]] std::size_t size() const noexcept override { return members_.size(); }
  [[nodiscard]] std::optional<Member> find(std::string_view name) const override {
    const auto found = by_name_.find(key_of(name));
    return found == by_name_.end() ? std::nullopt : std::optional(members_[found->second]);
  }
  [[nodiscard]] Status why_missing(std::string_view name) const override {
    if (const auto found = unreadable_.find(name); found != unreadable_.end()) {
      return Error(Errc::InvalidArgument, "member \"" + found->first + "\" of the archive " + found->second);
    }
    return damage();
  }
  [[nodiscard]] Status damage() const override { return damage_ ? Status(*damage_) : Status(); }
  [[nodiscard]] Status why_unreadable(const std::function<bool(std::string_view)>& wanted) const override {
    for (const auto& [name, why] : unreadable_) {
      if (wanted(name)) return Error(Errc::InvalidArgument, "member \"" + name + "\" of the archive " + why);
    }
    return {};
  }
  void for_each(const std::function<bool(const Member&)>& visit) const override {
    for (const Member& member : members_) {
      if (!visit(member)) return;
    }
  }
  [[nodiscard]] BytesView format_data() const noexcept override { return format_data_; }
  [[nodiscard]] std::size_t memory() const noexcept override { return members_.size() * sizeof(Member); }

 private:
  MemberTap* tap_ = nullptr;
  static std::string_view key_of(std::string_view name) { return name.substr(name.starts_with('/') ? 1 : 0); }

  const std::size_t limit_;
  std::map<std::string_view, std::size_t> by_name_;
  std::deque<std::string> names_;
  std::vector<Member> members_;
  std::map<std::string, std::string, std::less<>> unreadable_;
  std::vector<std::byte> format_data_;
  std::optional<Error> damage_;
};

/// What `reader` finds in `archive`, as the server takes it: members before a damage are good.
inline Result<std::unique_ptr<MemoryMembers>> index_of(const ArchiveReader& reader, const OpenObject& archive,
                                                       std::string_view label, std::size_t limit = ~std::size_t{0},
                                                       MemberTap* tap = nullptr) {
  auto members = std::make_unique<MemoryMembers>(limit);
  members->set_tap(tap);
  const Status whole = reader.index(archive, label, *members);
  if (!whole) {
    const bool none = members->size() == 0;
    if (none || whole.error().code() != Errc::InvalidArgument) return whole.error();
    members->set_damage(whole.error());
  }
  return members;
}

/// The formats that the test adds; an index is never in memory before `open`, and then is.
class MemoryArchives final : public Archives {
 public:
  void add(ArchiveFormat format) { formats_.push_back(std::make_shared<const ArchiveFormat>(std::move(format))); }
  /// Archives that were indexed.
  [[nodiscard]] std::size_t passes() const noexcept { return passes_; }

  Result<std::shared_ptr<const ArchiveFormat>> by_mime(std::string_view mime) const override {
    for (const auto& format : formats_) {
      for (const auto& extension : format->spec.extensions) {
        if (mime.empty() || mime == extension || mime == extension.substr(1)) return format;
      }
    }
    return Error(Errc::InvalidArgument, "unknown mime type \"" + std::string(mime) + "\"", "errUnknownMime");
  }
  [[nodiscard]] std::shared_ptr<const ArchiveFormat> by_name(std::string_view object) const override {
    for (const auto& format : formats_) {
      for (const auto& extension : format->spec.extensions) {
        if (object.ends_with(extension)) return format;
      }
    }
    return nullptr;
  }
  Task<Result<KnownIndex>> look_up(ObjectPtr object, std::string) override {
    if (damaged.contains(object->stamp())) co_return KnownIndex{KnownIndex::State::Damaged};
    const auto shard = try_open(object);
    if (!shard) co_return KnownIndex{};
    co_return KnownIndex{KnownIndex::State::Known, shard->index->size()};
  }
  /// Stamps of objects whose index on disk is damaged, until they are opened.
  std::set<std::uint64_t> damaged;
  std::optional<Shard> try_open(const ObjectPtr& object) override {
    if (const auto found = shards_.find(object->stamp()); found != shards_.end()) return found->second;
    return std::nullopt;
  }
  Task<Result<Shard>> open(ObjectPtr object, std::string label, std::shared_ptr<MemberTap> tap = nullptr) override {
    if (const auto format = by_name(label)) {
      ++passes_;
      damaged.erase(object->stamp());
      BRYO_CO_TRY(index, index_of(*format->reader, *object, label, ~std::size_t{0}, tap.get()));
      Shard shard{.object = object, .index = std::move(index), .format = format};
      shards_[object->stamp()] = shard;
      co_return shard;
    }
    co_return Error(Errc::InvalidArgument,
                    "unrecognized or unsupported file format: \"" + label.substr(label.rfind('/') + 1) + "\"");
  }

 private:
  std::vector<std::shared_ptr<const ArchiveFormat>> formats_;
  std::map<std::uint64_t, Shard> shards_;
  std::size_t passes_ = 0;
};

}  // namespace bryo::testing
