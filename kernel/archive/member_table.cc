#include <kernel/archive/member_table.h>

#define XXH_INLINE_ALL  // short keys: the call would cost as much as the hash
#include <xxhash.h>

#include <cstring>
#include <limits>
#include <random>
#include <utility>

namespace bryo::kernel {
namespace {

constexpr int kKindShift = 48;
constexpr std::uint64_t kStored = std::uint64_t{1} << 56;
constexpr std::uint64_t kWide = std::uint64_t{1} << 57;
constexpr std::uint64_t kNarrow = std::numeric_limits<std::uint32_t>::max();

/// get-batch.md section 8: one leading '/' on either side is ignored.
std::string_view key_of(std::string_view name) noexcept {
  if (name.starts_with('/')) name.remove_prefix(1);
  return name;
}

std::string_view name_of(const MemberTableParts& parts, std::size_t i) noexcept {
  const std::size_t from = i == 0 ? 0 : parts.records[i - 1].name_end;
  return parts.names.substr(from, parts.records[i].name_end - from);
}

/// The slot that holds `key`'s member, or the free one where it belongs. There is always a free one.
std::size_t slot_of(const MemberTableParts& parts, std::string_view key) noexcept {
  const std::uint64_t hash = XXH3_64bits_withSeed(key.data(), key.size(), parts.seed);
  std::size_t slot = static_cast<std::size_t>((hash >> 32) * parts.slots.size() >> 32);
  while (parts.slots[slot] != 0 && key_of(name_of(parts, parts.slots[slot] - 1)) != key) {
    if (++slot == parts.slots.size()) slot = 0;
  }
  return slot;
}

/// A fifth of the slots stays free.
std::size_t slots_for(std::size_t members) { return members == 0 ? 0 : members + members / 4 + 1; }

struct UnreadableMember {
  std::string_view name;
  std::string_view why;
};

/// Takes the first one off `text`; nullopt at its end, or when it is cut.
std::optional<UnreadableMember> next_unreadable(std::string_view& text) {
  std::uint32_t sizes[2];
  if (text.size() < sizeof sizes) return std::nullopt;
  std::memcpy(sizes, text.data(), sizeof sizes);
  text.remove_prefix(sizeof sizes);
  if (text.size() < std::uint64_t{sizes[0]} + sizes[1]) return std::nullopt;
  const UnreadableMember out{text.substr(0, sizes[0]), text.substr(sizes[0], sizes[1])};
  text.remove_prefix(std::size_t{sizes[0]} + sizes[1]);
  return out;
}

}  // namespace

std::optional<Member> MemberTable::find(std::string_view name) const {
  if (parts_.slots.empty()) return std::nullopt;
  const auto number = parts_.slots[slot_of(parts_, key_of(name))];
  if (number == 0) return std::nullopt;
  return member(number - 1);
}

Status MemberTable::why_missing(std::string_view name) const {
  std::string_view rest = parts_.unreadable;
  while (const auto one = next_unreadable(rest)) {
    if (key_of(one->name) != key_of(name)) continue;
    return Error(Errc::InvalidArgument,
                 "member \"" + std::string(name) + "\" of " + label_ + " " + std::string(one->why));
  }
  return damage();
}

Status MemberTable::damage() const {
  if (parts_.damage.empty()) return {};
  return Error(Errc::InvalidArgument, std::string(parts_.damage));
}

Status MemberTable::why_unreadable(const std::function<bool(std::string_view)>& wanted) const {
  std::string_view rest = parts_.unreadable;
  while (const auto one = next_unreadable(rest)) {
    if (!wanted(one->name)) continue;
    return Error(Errc::InvalidArgument,
                 "member \"" + std::string(one->name) + "\" of " + label_ + " " + std::string(one->why));
  }
  return {};
}

void MemberTable::for_each(const std::function<bool(const Member&)>& visit) const {
  for (std::size_t i = 0; i < parts_.records.size(); ++i) {
    if (!visit(member(i))) return;
  }
}

Member MemberTable::member(std::size_t i) const noexcept {
  const MemberRecord& record = parts_.records[i];
  const bool wide = (record.place & kWide) != 0;
  const WideSizes sizes = wide ? parts_.wide[record.size] : WideSizes{record.size, record.packed};
  return {.name = name_of(parts_, i),
          .size = sizes.size,
          .offset = record.place & Member::kMaxOffset,
          .stored = (record.place & kStored) != 0,
          .kind = static_cast<std::uint8_t>(record.place >> kKindShift),
          .check = record.check,
          .packed = sizes.packed,
          .ordinal = i};
}

bool MemberTable::sound(const MemberTableParts& parts, std::uint64_t archive_size) {
  if (parts.slots.size() != slots_for(parts.records.size())) return false;
  std::size_t name_begin = 0;
  for (const MemberRecord& record : parts.records) {
    if (record.name_end < name_begin || record.name_end > parts.names.size()) return false;
    name_begin = record.name_end;
    const bool wide = (record.place & kWide) != 0;
    if (wide && record.size >= parts.wide.size()) return false;
    if ((record.place & kStored) == 0) continue;
    const std::uint64_t offset = record.place & Member::kMaxOffset;
    const std::uint64_t size = wide ? parts.wide[record.size].size : record.size;
    if (offset > archive_size || size > archive_size - offset) return false;
  }
  std::size_t taken = 0;
  for (const std::uint32_t slot : parts.slots) {
    if (slot > parts.records.size()) return false;
    taken += slot != 0;
  }
  // A full table would be searched for ever.
  return taken <= parts.records.size();
}

namespace {

/// What it has too much of, unless that is less than the copy is worth.
template <class Container>
void give_back(Container& container) {
  if (container.capacity() - container.size() > container.size() / 8) container.shrink_to_fit();
}

}  // namespace

struct MemberTableBuilder::Storage {
  std::vector<MemberRecord> records;
  std::vector<WideSizes> wide;
  std::vector<std::uint32_t> slots;
  std::string names;
  std::string unreadable;
  std::string damage;
  std::vector<std::byte> format_data;
};

MemberTableBuilder::MemberTableBuilder(std::size_t limit, std::string label, MemberTap* tap)
    : limit_(limit), label_(std::move(label)), tap_(tap), storage_(std::make_shared<Storage>()) {}
MemberTableBuilder::~MemberTableBuilder() = default;

std::size_t MemberTableBuilder::size() const noexcept { return storage_->records.size(); }
bool MemberTableBuilder::empty() const noexcept { return storage_->records.empty() && storage_->unreadable.empty(); }

Status MemberTableBuilder::add(const Member& member) {
  if (member.offset > Member::kMaxOffset) {
    return Error(Errc::TooLarge, label_ + " is larger than 256 TiB, which shards may not be");
  }
  const bool wide = member.size > kNarrow || member.packed > kNarrow;
  BRYO_CHECK(claim(sizeof(MemberRecord) + 5 + member.name.size() + (wide ? sizeof(WideSizes) : 0)));
  storage_->names.append(member.name);
  MemberRecord record{.place = member.offset | std::uint64_t{member.kind} << kKindShift,
                      .size = static_cast<std::uint32_t>(member.size),
                      .packed = static_cast<std::uint32_t>(member.packed),
                      .check = member.check,
                      .name_end = static_cast<std::uint32_t>(storage_->names.size())};
  if (member.stored) record.place |= kStored;
  if (wide) {
    record.place |= kWide;
    record.size = static_cast<std::uint32_t>(storage_->wide.size());
    storage_->wide.push_back({member.size, member.packed});
  }
  storage_->records.push_back(record);
  return {};
}

Status MemberTableBuilder::add_unreadable(std::string_view name, std::string_view why) {
  const std::uint32_t sizes[2] = {static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(why.size())};
  BRYO_CHECK(claim(sizeof sizes + name.size() + why.size()));
  storage_->unreadable.append(reinterpret_cast<const char*>(sizes), sizeof sizes).append(name).append(why);
  return {};
}

Status MemberTableBuilder::add_format_data(BytesView bytes) {
  BRYO_CHECK(claim(bytes.size()));
  storage_->format_data.insert(storage_->format_data.end(), bytes.begin(), bytes.end());
  return {};
}

Status MemberTableBuilder::claim(std::size_t bytes) {
  used_ += bytes;
  // Names are addressed with 32 bits.
  if (used_ <= limit_ && used_ <= kNarrow) return {};
  return Error(Errc::TooLarge, label_ + " has too many members, more than " + std::to_string(storage_->records.size()) +
                                   ": their index exceeds " + std::to_string(limit_) +
                                   " bytes; make smaller shards or raise node.store.shard_index_max");
}

std::unique_ptr<MemberTable> MemberTableBuilder::finish(std::string damage) {
  Storage& kept = *storage_;
  kept.damage = std::move(damage);
  give_back(kept.records);
  give_back(kept.names);
  give_back(kept.format_data);
  kept.slots.resize(slots_for(kept.records.size()));
  std::random_device random;
  const MemberTableParts parts{.seed = std::uint64_t{random()} << 32 | random(),
                               .records = kept.records,
                               .wide = kept.wide,
                               .slots = kept.slots,
                               .names = kept.names,
                               .unreadable = kept.unreadable,
                               .damage = kept.damage,
                               .format_data = kept.format_data};
  for (std::size_t i = 0; i < kept.records.size(); ++i) {
    // The first of equal names stays.
    auto& slot = kept.slots[slot_of(parts, key_of(name_of(parts, i)))];
    if (slot == 0) slot = static_cast<std::uint32_t>(i + 1);
  }
  const std::size_t bytes = sizeof(Storage) + sizeof(MemberTable) + kept.records.capacity() * sizeof(MemberRecord) +
                            kept.wide.size() * sizeof(WideSizes) + kept.slots.size() * sizeof(std::uint32_t) +
                            kept.names.capacity() + kept.unreadable.size() + kept.damage.size() +
                            kept.format_data.capacity();
  return std::make_unique<MemberTable>(parts, std::move(storage_), bytes, label_);
}

}  // namespace bryo::kernel
