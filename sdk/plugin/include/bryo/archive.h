#pragma once

/// Archive formats: reading members of shards, and writing archives as a stream.

#include <bryo/archive_buffer.h>
#include <bryo/member_index.h>
#include <bryo/objects.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo {

/// What is wanted of a member: `length` bytes of its content from `offset`, which lie inside.
struct MemberPart {
  Member member;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

class ArchiveWriter;

/// How an archive is continued: its first `keep` bytes stay as they are, `writer` writes what follows them. The archive
/// outlives the writer.
struct ArchiveContinuation {
  std::uint64_t keep = 0;
  std::unique_ptr<ArchiveWriter> writer;
};

/// Reads one format. Stateless, thread-safe. The blocking calls run on the pool for blocking work.
class ArchiveReader {
 public:
  virtual ~ArchiveReader() = default;
  /// One pass over the archive. Every offset and size in it is checked against the file. What is damaged fails with
  /// InvalidArgument and a sentence that names the archive (`label`) and the offset; the members that were added before
  /// stay readable, and the sentence is told for those behind. Any other failure makes the archive unreadable as a
  /// whole.
  virtual Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const = 0;
  /// Decodes parts of members that are not stored verbatim. `parts` come in archive order, one member possibly several
  /// times; for each, `sink(i, bytes)` is called with consecutive pieces that are together as long as the part. What is
  /// damaged fails with InvalidArgument, naming archive and member. Formats that store everything verbatim need not
  /// override it.
  virtual Status extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                         std::span<const MemberPart> parts,
                         const std::function<Status(std::size_t, BytesView)>& sink) const;
  /// Where the encoded bytes of a member lie, `member.packed` of them, if a writer of the same format can take them as
  /// they are (`ArchiveWriter::begin_packed`). Blocks. Fails with Unsupported if not.
  virtual Result<std::uint64_t> packed_offset(const OpenObject& archive, std::string_view label,
                                              const Member& member) const;
  /// Members can be added to this very archive, and all else that it holds stays: either its bytes as they are, or, in
  /// formats that compress an archive as a whole, what the writer makes of them (`ArchiveWriter::carry_over`). Blocks.
  /// Fails with InvalidArgument where the archive is damaged, with Unsupported where the format cannot; then the server
  /// makes another archive of the members of this one.
  virtual Result<ArchiveContinuation> continue_after(const OpenObject& archive, std::string_view label,
                                                     const MemberIndex& index) const;
};

inline Status ArchiveReader::extract(const OpenObject&, std::string_view label, const MemberIndex&,
                                     std::span<const MemberPart>,
                                     const std::function<Status(std::size_t, BytesView)>&) const {
  return Error(Errc::Unsupported, "members of " + std::string(label) + " are stored verbatim; nothing to decode");
}

/// What a writer does with the content of a member: decides whether the server may send it file-to-socket.
enum class PayloadMode : std::uint8_t {
  Verbatim,     ///< goes out unchanged and unseen (tar): zero-copy possible, `content` is not called
  Observed,     ///< goes out unchanged, but the writer must see it (zip stored: CRC): `content` appends nothing
  Transformed,  ///< the writer makes other bytes of it (compression): `content` appends them
};

/// A piece of an archive that is yet to be compressed: appends it to `out`. Runs once, on any thread, at the same time
/// as others; refers to nothing of the writer. Empty: there is none.
using ArchivePiece = std::function<Status(ArchiveBuffer& out)>;

/// Writes one archive from front to back; never seeks. Used by one coroutine, on one thread at a time, call order:
/// carry_over*, (begin, (content*, end | take_back))*, finish. Every call appends what must go out to `out`.
class ArchiveWriter {
 public:
  virtual ~ArchiveWriter() = default;
  [[nodiscard]] virtual PayloadMode payload() const noexcept = 0;
  /// The most that `begin` appends for a name of `name_size` bytes.
  [[nodiscard]] virtual std::size_t max_header(std::size_t name_size) const noexcept = 0;
  /// Writers that `ArchiveReader::continue_after` made: passes on the next part, at most 1 MiB of content, of what the
  /// archive held; false: that was all. Called before anything else, until then. Blocks; needs at most 16 MiB of
  /// memory. Fails with InvalidArgument where the archive is damaged.
  virtual Result<bool> carry_over(ArchiveBuffer& out);
  /// Starts a member whose content is exactly `size` bytes. Verbatim writers must not look past this call.
  virtual Status begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) = 0;
  virtual Status content(BytesView bytes, ArchiveBuffer& out);
  /// Verbatim writers only: the content could not be read, the member of the last `begin` is not there after all. What
  /// `begin` appended has been dropped.
  virtual void take_back() {}
  /// Starts a member whose content is `member.packed` bytes as an archive of format `format` (ArchiveFormatSpec::name)
  /// holds them; they go out unchanged and unseen, `content` is not called, `end` is. False: not possible, nothing was
  /// appended, use `begin`.
  virtual Result<bool> begin_packed(std::string_view name, std::string_view format, const Member& member,
                                    ArchiveBuffer& out);
  /// Ends the member (padding, data descriptor).
  virtual Status end(ArchiveBuffer& out) = 0;
  /// Ends the archive (end blocks, directory, trailer). Valid after any number of whole members.
  virtual Status finish(ArchiveBuffer& out) = 0;
  /// Writers that compress and let the server do it on several threads: the next piece of what the calls before were
  /// given, empty until there is a whole one. What pieces append goes out in the order in which they were taken. Such a
  /// writer appends nothing else; after `finish`, the pieces that are left end the archive.
  virtual ArchivePiece next_piece() { return {}; }
};

inline Result<bool> ArchiveWriter::carry_over(ArchiveBuffer&) { return false; }

inline Status ArchiveWriter::content(BytesView, ArchiveBuffer&) { return {}; }

inline Result<bool> ArchiveWriter::begin_packed(std::string_view, std::string_view, const Member&, ArchiveBuffer&) {
  return false;
}

inline Result<std::uint64_t> ArchiveReader::packed_offset(const OpenObject&, std::string_view label,
                                                          const Member&) const {
  return Error(Errc::Unsupported, "members of " + std::string(label) + " cannot be copied as they are stored");
}

inline Result<ArchiveContinuation> ArchiveReader::continue_after(const OpenObject&, std::string_view label,
                                                                 const MemberIndex&) const {
  return Error(Errc::Unsupported, std::string(label) + " cannot be continued in place");
}

/// How a format is recognised and called.
struct ArchiveFormatSpec {
  std::string name;                     ///< canonical extension with the dot: ".tar"
  std::vector<std::string> extensions;  ///< all spellings, longest first: {".tar.gz", ".tgz"}
  std::vector<std::string> mime_names;  ///< {"application/x-tar"}: accepted in requests
  std::string content_type;             ///< of answers in this format
  struct Magic {
    std::size_t offset;
    std::string bytes;
  };
  std::vector<Magic> magic;  ///< any one identifies the content of objects without a known extension
  /// Of what the reader keeps in an index (`kind`, `check`, `packed`, format data): raise it when their meaning
  /// changes, and indexes of before are made anew.
  std::uint32_t index_version = 1;
};

/// A format's two halves; either may be absent.
struct ArchiveFormat {
  ArchiveFormatSpec spec;                                       ///< what it is called, how it is recognised
  std::shared_ptr<const ArchiveReader> reader;                  ///< null: such archives are not read
  std::function<std::unique_ptr<ArchiveWriter>()> make_writer;  ///< one for each archive; empty: none are written
};

/// An archive object together with its member index. Immutable, thread-safe; keep it while Members are in use.
struct Shard {
  ObjectPtr object;
  std::shared_ptr<const MemberIndex> index;
  std::shared_ptr<const ArchiveFormat> format;
};

/// Whether an archive's members are known without reading it.
struct KnownIndex {
  enum class State : std::uint8_t {
    None,     ///< it was never read, its index was dropped to make room, or it is too small to keep one on disk
    Known,    ///< in memory, or whole on disk
    Damaged,  ///< the one on disk cannot be used; it is made anew when the archive is read
  };
  State state = State::None;
  std::uint64_t members = 0;
};

/// Takes members out of the pass that indexes a shard, so that what is decoded there is not decoded again. Called by
/// the thread of the pass, as `MemberSink::wants` and `content` are; formats that decode nothing then never call it.
class MemberTap {
 public:
  virtual ~MemberTap() = default;
  /// True: the content of `member` is wanted. Its name lives until the call ends.
  virtual bool wants(const Member& member) = 0;
  virtual void content(BytesView bytes) = 0;
};

/// The formats of all running plugins, and the index cache. Thread-safe.
class Archives {
 public:
  virtual ~Archives() = default;
  /// By extension with or without the dot in any case, or MIME name; "" = ".tar". Fails with the wire's errUnknownMime.
  virtual Result<std::shared_ptr<const ArchiveFormat>> by_mime(std::string_view mime) const = 0;
  /// By the extension of an object's name, the longest that matches; null: no format has it.
  [[nodiscard]] virtual std::shared_ptr<const ArchiveFormat> by_name(std::string_view object) const = 0;
  /// Looks for the index of this version in memory and on disk, and leaves both as they are. `label` as for `open`.
  virtual Task<Result<KnownIndex>> look_up(ObjectPtr object, std::string label) = 0;
  /// The shard, if its index is in memory; nullopt: await `open`.
  virtual std::optional<Shard> try_open(const ObjectPtr& object) = 0;
  /// Recognises the format (by `label`'s extension, else by content), indexes the archive once however many ask for it
  /// at the same time, and keeps the index while the budget allows. `label` is the object's URI, for messages. `tap` is
  /// asked if the index has to be made for this call: not, when it was known or somebody else's pass makes it. The pass
  /// may outlive a cancelled call, and keeps the tap as long.
  virtual Task<Result<Shard>> open(ObjectPtr object, std::string label, std::shared_ptr<MemberTap> tap = nullptr) = 0;
};

}  // namespace bryo
