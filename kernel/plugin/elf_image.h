#pragma once

/// A shared library's file as the dynamic linker will see it, read without loading it.

#include <bryo/result.h>
#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace bryo::kernel {

/// The file's headers, and what lies at the addresses that they map. Everything answers "no" that is not wholly inside
/// the file, whatever the numbers in it are. Not thread-safe.
class ElfImage {
 public:
  /// Nothing is checked before `check_headers`.
  explicit ElfImage(const std::string& path);
  ~ElfImage();
  ElfImage(const ElfImage&) = delete;
  ElfImage& operator=(const ElfImage&) = delete;

  /// What is wrong with the header or with what it maps, as the rest of a sentence; empty: nothing.
  std::string check_headers();

  [[nodiscard]] const std::vector<Elf64_Phdr>& segments() const noexcept { return segments_; }
  /// Whether a section with instructions begins at this address, by the section headers.
  [[nodiscard]] bool code_begins_at(std::uint64_t address) const;
  /// Whether one section of this type begins where these bytes do, and one ends where they do.
  [[nodiscard]] bool are_sections(std::uint32_t type, std::uint64_t address, std::uint64_t size) const;
  /// Null if there is none.
  [[nodiscard]] const Elf64_Phdr* segment(std::uint32_t type) const;
  /// Whether these addresses are mapped, by a segment that has all of `flags` (PF_X, PF_W, PF_R).
  [[nodiscard]] bool mapped(std::uint64_t address, std::uint64_t size, std::uint32_t flags = 0) const;

  /// `count` records at an address, all from the file.
  template <class Record>
  [[nodiscard]] std::optional<std::vector<Record>> records(std::uint64_t address, std::uint64_t count) const {
    static_assert(std::is_trivially_copyable_v<Record>);
    // Before anything is reserved: a count may be as large as a damaged file likes.
    if (count > kMost / sizeof(Record) || !file_offset(address, count * sizeof(Record))) return std::nullopt;
    std::vector<Record> out(count);
    if (!read(address, out.data(), count * sizeof(Record))) return std::nullopt;
    return out;
  }
  template <class Record>
  [[nodiscard]] std::optional<Record> record(std::uint64_t address) const {
    Record out{};
    if (!read(address, &out, sizeof out)) return std::nullopt;
    return out;
  }

 private:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 32;

  /// Whether a section that belongs into memory gets there: the two kinds of headers check each other.
  [[nodiscard]] bool loaded(const Elf64_Shdr& section) const;
  std::string check_segment(const Elf64_Phdr& segment, std::uint64_t& end) const;
  /// Where in the file these bytes lie.
  [[nodiscard]] std::optional<std::uint64_t> file_offset(std::uint64_t address, std::uint64_t size) const;
  [[nodiscard]] bool read(std::uint64_t address, void* to, std::uint64_t size) const;
  [[nodiscard]] bool read_file(std::uint64_t offset, void* to, std::uint64_t size) const;

  int file_;
  std::uint64_t size_ = 0;
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Shdr> sections_;
};

}  // namespace bryo::kernel
