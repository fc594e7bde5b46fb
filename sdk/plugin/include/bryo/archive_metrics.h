#pragma once

/// What is counted of an archive format, the same for every one.

#include <bryo/archive.h>
#include <bryo/registrar.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace bryo {

/// A reader that counts what goes through it. Thread-safe if the other one is.
class CountedReader final : public ArchiveReader {
 public:
  CountedReader(std::shared_ptr<const ArchiveReader> reader, Registrar& registrar)
      : reader_(std::move(reader)),
        indexed_(registrar.counter({.name = "indexed.n", .help = "Archives read from end to end for their index."})),
        indexed_size_(registrar.counter({.name = "indexed.size", .help = "Bytes of the archives that were indexed."})),
        damaged_(registrar.counter({.name = "damaged.n", .help = "Archives found damaged when they were indexed."})),
        decoded_(registrar.counter({.name = "decoded.n", .help = "Members and parts of members that were decoded."})),
        decoded_size_(registrar.counter({.name = "decoded.size", .help = "Bytes of content that were decoded."})) {}

  Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const override {
    Status done = reader_->index(archive, label, members);
    indexed_.add();
    indexed_size_.add(archive.size());
    if (!done && done.error().code() == Errc::InvalidArgument) damaged_.add();
    return done;
  }
  Status extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                 std::span<const MemberPart> parts,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override {
    BRYO_CHECK(reader_->extract(archive, label, index, parts, sink));
    std::uint64_t bytes = 0;
    for (const MemberPart& part : parts) bytes += part.length;
    decoded_.add(parts.size());
    decoded_size_.add(bytes);
    return {};
  }
  Result<std::uint64_t> packed_offset(const OpenObject& archive, std::string_view label,
                                      const Member& member) const override {
    return reader_->packed_offset(archive, label, member);
  }
  Result<ArchiveContinuation> continue_after(const OpenObject& archive, std::string_view label,
                                             const MemberIndex& index) const override {
    return reader_->continue_after(archive, label, index);
  }

 private:
  const std::shared_ptr<const ArchiveReader> reader_;
  Counter& indexed_;
  Counter& indexed_size_;
  Counter& damaged_;
  Counter& decoded_;
  Counter& decoded_size_;
};

/// The same format, counted as metrics of the plugin that declares it: `registrar.archive_format(counted({..}, ..))`.
/// For plugins of one format.
inline ArchiveFormat counted(ArchiveFormat format, Registrar& registrar) {
  if (format.reader) format.reader = std::make_shared<const CountedReader>(std::move(format.reader), registrar);
  if (format.make_writer) {
    Counter& written = registrar.counter({.name = "written.n", .help = "Archives that were begun to be written."});
    format.make_writer = [&written, make = std::move(format.make_writer)] {
      written.add();
      return make();
    };
  }
  return format;
}

}  // namespace bryo
