#pragma once

/// The members of one `.tar.zst`, and the places where decoding can begin.

#include <bryo/archive.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zstd_stream.h"

namespace tar_zst {

/// Immutable once the reader has filled it.
class TarZstIndex final : public bryo::MemberIndex {
 public:
  [[nodiscard]] std::size_t size() const noexcept override { return entries_.size(); }
  [[nodiscard]] std::optional<bryo::Member> find(std::string_view name) const override;
  [[nodiscard]] bryo::Status why_missing(std::string_view name) const override;
  void for_each(const std::function<bool(const bryo::Member&)>& visit) const override;
  [[nodiscard]] std::size_t memory() const noexcept override;

  /// Where the content of a member begins in the decoded stream.
  [[nodiscard]] std::uint64_t content(std::uint64_t ordinal) const { return entries_.at(ordinal).content; }
  /// The last place to begin at for what lies at `decoded`.
  [[nodiscard]] Decoder::FrameStart start_for(std::uint64_t decoded) const;

  // For the reader.
  void add(std::string_view name, std::uint64_t content, std::uint64_t size);
  void add_start(Decoder::FrameStart start);
  void finish(std::optional<bryo::Error> damage);

 private:
  struct Entry {
    std::size_t name_end;  ///< in names_; the name begins where the one before ends
    std::uint64_t content;
    std::uint64_t size;
  };
  [[nodiscard]] std::string_view name_of(std::size_t i) const;
  [[nodiscard]] bryo::Member member(std::size_t i) const;

  std::string names_;
  std::vector<Entry> entries_;
  std::vector<std::size_t> by_name_;  ///< the first of each name
  std::vector<Decoder::FrameStart> starts_{{}};
  std::optional<bryo::Error> damage_;
};

}  // namespace tar_zst
