#pragma once

/// An object in memory with a descriptor, cold or warm as the test wants.

#include <kernel/store/file_object.h>

#include <atomic>
#include <memory>
#include <string>

namespace bryo::kernel::test {

class FakeObject final : public FileObject {
 public:
  /// `size` may differ from the content's, as for a file that somebody cut.
  static std::shared_ptr<FakeObject> of(const std::string& content, std::uint64_t size);
  static std::shared_ptr<FakeObject> of(const std::string& content) { return of(content, content.size()); }
  FakeObject(std::string content, std::uint64_t size, int descriptor);
  ~FakeObject() override;

  /// From now on the disk is needed: try_read gives nothing.
  void make_cold() { cold_ = true; }
  /// From now on every read fails.
  void break_disk() { broken_ = true; }
  [[nodiscard]] int awaited_reads() const { return awaited_reads_; }
  [[nodiscard]] int blocking_reads() const { return blocking_reads_; }

  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override;
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override;
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override;
  void will_need(std::uint64_t, std::uint64_t) const override {}
  Result<std::shared_ptr<const ObjectAttributes>> attributes() const override {
    return std::make_shared<const ObjectAttributes>();
  }

 private:
  const std::string content_;
  std::atomic<bool> cold_{false};
  std::atomic<bool> broken_{false};
  mutable std::atomic<int> awaited_reads_{0};
  mutable std::atomic<int> blocking_reads_{0};
};

/// Bytes that tell their place: no two aligned words of it are equal.
std::string pattern(std::size_t size);

}  // namespace bryo::kernel::test
