#include <kernel/archive/index_file_format.h>

#include <xxhash.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <new>

static_assert(std::endian::native == std::endian::little, "index files are little endian");

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kMagic = 0x3178646F79726200;  // "\0bryodx1"

/// Followed by records, wide, format data, slots, names, unreadable, damage, without gaps but for format data, which is
/// padded to 8 bytes.
struct FileHeader {
  std::uint64_t magic = kMagic;
  std::uint64_t checksum = 0;  ///< XXH3 of everything behind it
  IndexOwner owner{};
  std::uint64_t seed = 0;
  std::uint64_t records = 0;
  std::uint64_t wide = 0;
  std::uint64_t format_data = 0;
  std::uint64_t slots = 0;
  std::uint64_t names = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t damage = 0;
};
constexpr std::size_t kChecked = offsetof(FileHeader, owner);

constexpr std::array<std::byte, 8> kZeros{};

std::size_t padding(std::uint64_t bytes) { return static_cast<std::size_t>((8 - bytes % 8) % 8); }

template <class T>
BytesView bytes_of(std::span<const T> items) {
  return std::as_bytes(items);
}

/// Takes sections off the front of a file.
class Sections {
 public:
  explicit Sections(BytesView rest) : rest_(rest) {}
  template <class T>
  std::span<const T> take(std::uint64_t count) {
    if (count > rest_.size() / sizeof(T)) {
      whole_ = false;
      return {};
    }
    const std::span<const T> out(reinterpret_cast<const T*>(rest_.data()), static_cast<std::size_t>(count));
    rest_ = rest_.subspan(out.size_bytes());
    return out;
  }
  /// Nothing was missing, and nothing is left.
  [[nodiscard]] bool exact() const { return whole_ && rest_.empty(); }

 private:
  BytesView rest_;
  bool whole_ = true;
};

std::string_view text_of(std::span<const char> chars) { return {chars.data(), chars.size()}; }

}  // namespace

IndexOwner index_owner(const OpenObject& archive, const ArchiveFormatSpec& format) {
  return {.stamp = archive.stamp(),
          .archive_size = archive.size(),
          .format = XXH3_64bits_withSeed(format.name.data(), format.name.size(), format.index_version)};
}

std::vector<BytesView> index_file_pieces(const IndexOwner& owner, const MemberTableParts& parts, std::string& header) {
  FileHeader head{.owner = owner,
                  .seed = parts.seed,
                  .records = parts.records.size(),
                  .wide = parts.wide.size(),
                  .format_data = parts.format_data.size(),
                  .slots = parts.slots.size(),
                  .names = parts.names.size(),
                  .unreadable = parts.unreadable.size(),
                  .damage = parts.damage.size()};
  std::vector<BytesView> pieces{{},
                                bytes_of(parts.records),
                                bytes_of(parts.wide),
                                parts.format_data,
                                BytesView(kZeros).first(padding(parts.format_data.size())),
                                bytes_of(parts.slots),
                                as_bytes(parts.names),
                                as_bytes(parts.unreadable),
                                as_bytes(parts.damage)};
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  if (!state) throw std::bad_alloc();
  XXH3_64bits_reset(state.get());
  XXH3_64bits_update(state.get(), reinterpret_cast<const char*>(&head) + kChecked, sizeof head - kChecked);
  for (const BytesView piece : pieces) XXH3_64bits_update(state.get(), piece.data(), piece.size());
  head.checksum = XXH3_64bits_digest(state.get());
  header.assign(reinterpret_cast<const char*>(&head), sizeof head);
  pieces.front() = as_bytes(header);
  return pieces;
}

std::optional<MemberTableParts> parse_index_file(const IndexOwner& owner, BytesView file) {
  FileHeader head;
  if (file.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, file.data(), sizeof head);
  if (head.magic != kMagic || std::memcmp(&head.owner, &owner, sizeof owner) != 0) return std::nullopt;
  if (head.checksum != XXH3_64bits(file.data() + kChecked, file.size() - kChecked)) return std::nullopt;

  Sections sections(file.subspan(sizeof head));
  MemberTableParts parts{.seed = head.seed};
  parts.records = sections.take<MemberRecord>(head.records);
  parts.wide = sections.take<WideSizes>(head.wide);
  parts.format_data = sections.take<std::byte>(head.format_data);
  (void)sections.take<std::byte>(padding(head.format_data));
  parts.slots = sections.take<std::uint32_t>(head.slots);
  parts.names = text_of(sections.take<char>(head.names));
  parts.unreadable = text_of(sections.take<char>(head.unreadable));
  parts.damage = text_of(sections.take<char>(head.damage));
  if (!sections.exact() || !MemberTable::sound(parts, owner.archive_size)) return std::nullopt;
  return parts;
}

}  // namespace bryo::kernel
