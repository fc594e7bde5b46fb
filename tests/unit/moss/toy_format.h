#pragma once

/// A format whose bytes a test can read: what writers other than TAR's need of BatchWriter, and shards whose members
/// must be decoded.

#include <bryo/archive.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bryo::moss {

/// `<name:size>content</sum>` for each member, then `<end>`; a transforming one writes capitals.
class ToyWriter final : public ArchiveWriter {
 public:
  explicit ToyWriter(PayloadMode mode) : mode_(mode) {}
  [[nodiscard]] PayloadMode payload() const noexcept override { return mode_; }
  [[nodiscard]] std::size_t max_header(std::size_t name_size) const noexcept override { return name_size + 24; }
  Status begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) override {
    if (name.find('!') != std::string_view::npos) return Error(Errc::InvalidArgument, "no such names");
    out.append("<" + std::string(name) + ":" + std::to_string(size) + ">");
    sum_ = 0;
    return {};
  }
  Status content(BytesView bytes, ArchiveBuffer& out) override {
    for (const auto byte : bytes) {
      sum_ += static_cast<unsigned char>(byte);
      if (mode_ == PayloadMode::Transformed) out.append(std::string(1, capital(static_cast<char>(byte))));
    }
    return {};
  }
  Status end(ArchiveBuffer& out) override {
    out.append("</" + std::to_string(sum_) + ">");
    return {};
  }
  Status finish(ArchiveBuffer& out) override {
    out.append(std::string_view("<end>"));
    return {};
  }

  static char capital(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

 private:
  const PayloadMode mode_;
  std::uint64_t sum_ = 0;
};

/// What the writer makes of one member.
inline std::string toy_member(const std::string& name, std::string content, PayloadMode mode) {
  unsigned sum = 0;
  for (const char c : content) sum += static_cast<unsigned char>(c);
  const auto size = std::to_string(content.size());
  for (char& c : content) c = mode == PayloadMode::Transformed ? ToyWriter::capital(c) : c;
  return "<" + name + ":" + size + ">" + content + "</" + std::to_string(sum) + ">";
}

/// Lines `name size content`, where the size is believed; decodes in pieces of three bytes. One that `taps` lets
/// members be taken out of its pass.
class ToyReader final : public ArchiveReader {
 public:
  explicit ToyReader(bool taps = false) : taps_(taps) {}
  Status index(const OpenObject& archive, std::string_view, MemberSink& members) const override {
    BRYO_TRY(text, text_of(archive));
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const auto first = text.find(' ', at);
      const auto second = text.find(' ', first + 1);
      const Member member{.name = std::string_view(text).substr(at, first - at),
                          .size = std::stoull(text.substr(first + 1)),
                          .offset = second + 1,
                          .packed = end - second - 1};
      if (taps_ && members.wants(member)) {
        for (auto from = second + 1; from < end; from += 3)
          members.content(as_bytes(text).subspan(from, std::min<std::size_t>(3, end - from)));
      }
      BRYO_CHECK(members.add(member));
      at = end + 1;
    }
    return {};
  }
  Status extract(const OpenObject& archive, std::string_view, const MemberIndex&, std::span<const MemberPart> parts,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override {
    ++count();
    BRYO_TRY(text, text_of(archive));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Member& member = parts[i].member;
      const std::string content = text.substr(member.offset, member.packed);
      if (content == "damaged") return Error(Errc::InvalidArgument, "flate: corrupt input");
      const std::string part = content.substr(std::min(parts[i].offset, member.packed), parts[i].length);
      for (std::size_t at = 0; at < part.size(); at += 3)
        BRYO_CHECK(sink(i, as_bytes(part).subspan(at, std::min<std::size_t>(3, part.size() - at))));
    }
    return {};
  }
  /// Calls of `extract` so far, of all readers.
  static std::size_t extractions() { return count(); }

 private:
  const bool taps_;

  static std::size_t& count() {
    static std::size_t calls = 0;
    return calls;
  }
  static Result<std::string> text_of(const OpenObject& archive) {
    std::string text(archive.size(), '\0');
    BRYO_CHECK(archive.read_blocking(0, std::as_writable_bytes(std::span(text))));
    return text;
  }
};

inline ArchiveFormat toy_format(std::string extension, PayloadMode mode, bool taps = false) {
  return {.spec = {.name = extension,
                   .extensions = {extension},
                   .mime_names = {},
                   .content_type = "application/toy",
                   .magic = {}},
          .reader = std::make_shared<const ToyReader>(taps),
          .make_writer = [mode] { return std::make_unique<ToyWriter>(mode); }};
}

}  // namespace bryo::moss
