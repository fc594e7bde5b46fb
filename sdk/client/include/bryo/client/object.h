#pragma once

/// Objects as requests see them (http-objects.md).

#include <bryo/client/batch_request.h>
#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bryo::client {

struct ObjectInfo {
  std::uint64_t size = 0;
  std::string checksum_type{};  ///< empty: none
  std::string checksum{};
  std::string version{};
  std::int64_t atime_ns = 0;
  std::string location{};
  std::vector<std::pair<std::string, std::string>> custom{};
};

struct PutOptions {
  /// Verified by the server before the object appears.
  std::string checksum_type{};
  std::string checksum{};
  std::vector<std::pair<std::string, std::string>> custom{};
};

/// Several members of a shard (http-objects.md section 3, Archives).
struct MemberMatch {
  std::string mode;     ///< "regexp", "prefix", "suffix", "substr", "wdskey"
  std::string pattern;  ///< of their names
};

/// What becomes of the shard when a member is put into it (http-objects.md section 6).
enum class AppendMode : std::uint8_t {
  MustExist,  ///< fails with NotFound if there is no shard
  Create,     ///< makes the shard if there is none
};

struct GetOptions {
  ByteRange range{};
  std::string archpath{};
  std::optional<MemberMatch> match{};  ///< the answer is a TAR of the members that match; excludes range and archpath
  /// Compare the bytes with the checksum the server names. Only for whole objects with an xxhash checksum; others are
  /// given unverified.
  bool verify = false;
};

/// The body of an object while it arrives. Fails with BadChecksum at the end, with Io if it stops early.
class ObjectReader final : public ByteInput {
 public:
  ObjectReader(ObjectReader&&) noexcept;
  ObjectReader& operator=(ObjectReader&&) noexcept;
  ~ObjectReader() override;

  /// Nothing = the server did not say (chunked).
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept;
  /// Of the whole object, where `size` is that of a range.
  [[nodiscard]] std::optional<std::uint64_t> whole_size() const noexcept;
  [[nodiscard]] const ObjectInfo& info() const noexcept;
  /// Whether the end of `read` implies that the checksum was right.
  [[nodiscard]] bool verified() const noexcept;
  Result<std::size_t> read(std::span<std::byte> out) override;

 private:
  friend class Client;
  struct State;
  explicit ObjectReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bryo::client
