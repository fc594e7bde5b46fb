#pragma once

/// One object in memory, warm or cold, whole or broken.

#include <bryo/objects.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace bryo::testing {

/// Whether memory holds an object: what is not there must be awaited.
enum class Warmth { Warm, Cold };

/// One version of an object.
class MemoryObject final : public OpenObject {
 public:
  MemoryObject(std::string content, std::uint64_t stamp, Warmth warmth = Warmth::Warm)
      : OpenObject(content.size(), stamp), content_(std::move(content)), warmth_(warmth) {}

  /// From now on reads that touch this offset fail with Io.
  void break_at(std::uint64_t offset) { broken_at_ = offset; }
  [[nodiscard]] std::size_t reads() const noexcept { return reads_; }

  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override {
    if (warmth_ == Warmth::Cold) return std::nullopt;
    return read_blocking(offset, out);
  }
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override { co_return read_blocking(offset, out); }
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override {
    ++reads_;
    if (offset > size() || out.size() > size() - offset) {
      return Error(Errc::RangeNotSatisfiable, "a read beyond the end of the object");
    }
    if (broken_at_ && offset <= *broken_at_ && *broken_at_ < offset + out.size()) {
      return Error(Errc::Io, "the disk is broken here");
    }
    if (!out.empty()) std::memcpy(out.data(), content_.data() + offset, out.size());
    return {};
  }
  void will_need(std::uint64_t, std::uint64_t) const override { warmth_ = Warmth::Warm; }
  Result<std::shared_ptr<const ObjectAttributes>> attributes() const override {
    auto out = std::make_shared<ObjectAttributes>();
    out->size = size();
    out->checksum_type = "fnv1a";  // no store has it, so nobody can mistake it for another's
    out->checksum_value = checksum();
    return std::shared_ptr<const ObjectAttributes>(std::move(out));
  }

  [[nodiscard]] const std::string& content() const noexcept { return content_; }

 private:
  [[nodiscard]] std::string checksum() const {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : content_) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    std::string hex;
    for (int shift = 60; shift >= 0; shift -= 4) hex.push_back("0123456789abcdef"[hash >> shift & 15]);
    return hex;
  }

  const std::string content_;
  mutable Warmth warmth_;
  mutable std::size_t reads_ = 0;
  std::optional<std::uint64_t> broken_at_;
};

}  // namespace bryo::testing
