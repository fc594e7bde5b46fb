#pragma once

/// The MetaStore of a node that is alone: one document in `<data_dir>/meta`, replaced as a whole.
///
///   current    the newest generation
///   previous   the one before, read when the newest is damaged
///   damaged    the newest as it was then, for inspection
///   lock       held while a node uses the directory
///
/// The format is in meta_document.h.

#include <bryo/host.h>
#include <bryo/meta_store.h>
#include <kernel/meta/meta_document.h>

#include <memory>
#include <mutex>
#include <string>

namespace bryo::kernel {

/// Reads are answered from memory; a write is on the disk when it is answered. Thread-safe.
class EmbeddedMetaStore final : public MetaStore {
 public:
  /// Largest value, in bytes.
  static constexpr std::size_t kMaxValue = 1 << 20;

  /// Creates what is missing. Blocking; for the start of the node. `pool` and `log` outlive the store. Fails when no
  /// generation can be read, with a sentence that says what to do, or when another node holds the directory.
  static Result<std::unique_ptr<EmbeddedMetaStore>> open(const std::string& data_dir, BlockingPool& pool, Log& log);
  ~EmbeddedMetaStore() override;

  Task<Result<std::optional<MetaEntry>>> get(std::string key) override;
  Task<Result<std::vector<MetaEntry>>> list(std::string prefix) override;
  Task<Result<std::uint64_t>> put(std::string key, std::string value, std::uint64_t expected) override;
  Task<Status> erase(std::string key, std::uint64_t expected) override;

 private:
  EmbeddedMetaStore(std::string directory, int descriptor, int lock, BlockingPool& pool, Log& log);

  Status load();
  Status promote_previous();
  Result<std::optional<MetaDocument>> read(const std::string& name) const;
  [[nodiscard]] std::shared_ptr<const MetaDocument> document() const;
  /// Conflict unless the key's revision is `expected`.
  static Status check_revision(const MetaDocument& document, const std::string& key, std::uint64_t expected);
  Status replace(MetaDocument next);
  Status write_temporary(const std::string& text) const;

  const std::string directory_;
  const int descriptor_;
  const int lock_;
  BlockingPool& pool_;
  Log& log_;
  std::mutex writing_;  ///< one change at a time, with its file I/O
  mutable std::mutex mutex_;
  std::shared_ptr<const MetaDocument> document_;
};

}  // namespace bryo::kernel
