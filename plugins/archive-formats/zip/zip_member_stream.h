#pragma once

/// The content of deflated members, one after the other: with libdeflate where a member is at hand as a whole,
/// else with zlib. The libraries' errors end here, as values.

#include <bryo/member_index.h>
#include <bryo/objects.h>
#include <zlib.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct libdeflate_decompressor;

namespace bryo::zip {

/// Blocks; one thread. Its memory is that of zlib and one piece of the archive, whatever the members are.
class MemberStream {
 public:
  MemberStream(const OpenObject& archive, std::string_view label);
  ~MemberStream();
  MemberStream(const MemberStream&) = delete;
  MemberStream& operator=(const MemberStream&) = delete;

  /// To the begin of a member, which outlives its reading. Fails with InvalidArgument when it is not there.
  Status open(const Member& member);
  /// Fills `out` with the next bytes, which the member must have. Before the last one is answered the member is known
  /// to be whole: it ends there, and its CRC is right. Fails with InvalidArgument and the names of member and archive
  /// when it is damaged, and as the disk does.
  Status read(MutableBytes out);
  /// Bytes of the member so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

 private:
  struct Free {
    void operator()(libdeflate_decompressor* inner) const noexcept;
  };

  Status fill();
  /// All of the member, when it is asked for and its packed bytes are here; false: it is left to zlib, which also finds
  /// the sentence for what is damaged.
  bool inflate_at_once(MutableBytes out);
  Status copy_some(MutableBytes& out);
  Status inflate_some(MutableBytes& out);
  Status check_end();
  [[nodiscard]] Error damaged(const std::string& what) const;

  const OpenObject& archive_;
  const std::string_view label_;
  const Member* member_ = nullptr;
  z_stream stream_{};
  const std::unique_ptr<libdeflate_decompressor, Free> whole_;
  std::vector<std::byte> input_;
  std::uint64_t next_ = 0;  ///< where input_ continues in the archive
  std::uint64_t end_ = 0;   ///< of the member in the archive
  std::uint64_t position_ = 0;
  std::uint32_t crc_ = 0;
  bool ended_ = false;
};

}  // namespace bryo::zip
