#pragma once

/// One object on its way that arrives in pieces, over many requests: a directory `uploads/<id>` with a file for each
/// piece, which a restart does not lose.

#include <kernel/store/checksum.h>
#include <kernel/store/descriptor.h>
#include <kernel/store/mountpath.h>
#include <kernel/store/upload_record.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bryo::kernel {

/// Thread-safe. Whoever holds it keeps it from being given up as abandoned.
class Upload {
 public:
  using Pieces = std::map<std::uint32_t, PieceRecord>;

  /// Of a directory that is there. `checksum` begins with the first byte; null for one from before the last start.
  Upload(std::string id, UploadRecord record, const Mountpath& mountpath, std::optional<Checksum> checksum,
         std::int64_t used_ns);

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const UploadRecord& record() const noexcept { return record_; }
  [[nodiscard]] const Mountpath& mountpath() const noexcept { return mountpath_; }

  /// Unix time of the last request for it.
  [[nodiscard]] std::int64_t used_ns() const noexcept { return used_ns_.load(std::memory_order_relaxed); }
  void use(std::int64_t now_ns) noexcept { used_ns_.store(now_ns, std::memory_order_relaxed); }

  /// What was acknowledged, by number. Reads the directory at the first call. Fails with NotFound when the upload is
  /// gone.
  Result<Pieces> pieces();
  /// Fails with NotFound when it is gone.
  Result<Descriptor> open_piece(std::uint32_t number, int flags) const;

  /// Makes the unnamed file the piece `number`, in place of one that is there. `checksum` went on from checksum_before.
  /// Fails with Conflict while the upload is completed.
  Status publish_piece(std::uint32_t number, PieceRecord piece, std::optional<Checksum> checksum, int descriptor,
                       bool sync);
  /// The piece's own file has grown to `piece`.
  Status grow_piece(std::uint32_t number, PieceRecord piece, std::optional<Checksum> checksum, int descriptor,
                    bool sync);

  /// The checksum of all before piece `number` (of an append: of all that was acknowledged), to go on from; nullopt
  /// when the pieces did not come in order.
  std::optional<Checksum> checksum_before(std::uint32_t number);
  /// At most one completion at a time: false when there is one. Pieces that end meanwhile are refused.
  bool begin_completion();
  void end_completion();

 private:
  [[nodiscard]] std::string path_of_piece(std::uint32_t number) const { return id_ + "/" + std::to_string(number); }
  [[nodiscard]] Error failure(int error, std::uint32_t number, const char* what) const;
  Status load_pieces();

  const std::string id_;
  const UploadRecord record_;
  const Mountpath& mountpath_;
  std::atomic<std::int64_t> used_ns_;

  std::mutex mutex_;
  bool loaded_ = false;
  bool completing_ = false;
  Pieces pieces_;
  std::optional<Checksum> checksum_;  ///< of the pieces 1 to covered_
  std::uint32_t covered_ = 0;
};
using UploadPtr = std::shared_ptr<Upload>;

}  // namespace bryo::kernel
