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

class ToyIndex final : public MemberIndex {
 public:
  struct Line {
    std::string name;
    std::uint64_t size;
    std::string content;
  };
  explicit ToyIndex(std::vector<Line> lines) : lines_(std::move(lines)) {}
  [[nodiscard]] std::size_t size() const noexcept override { return lines_.size(); }
  [[nodiscard]] std::optional<Member> find(std::string_view name) const override {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].name == name) return member(i);
    }
    return std::nullopt;
  }
  void for_each(const std::function<bool(const Member&)>& visit) const override {
    for (std::size_t i = 0; i < lines_.size() && visit(member(i)); ++i) continue;
  }
  [[nodiscard]] std::size_t memory() const noexcept override { return 0; }
  [[nodiscard]] const std::string& content(const Member& of) const { return lines_[of.ordinal].content; }

 private:
  [[nodiscard]] Member member(std::size_t i) const {
    return {.name = lines_[i].name, .size = lines_[i].size, .offset = Member::kNotStored, .ordinal = i};
  }
  std::vector<Line> lines_;
};

/// Lines `name size content`, where the size is believed; decodes in pieces of three bytes.
class ToyReader final : public ArchiveReader {
 public:
  Result<std::unique_ptr<MemberIndex>> index(const OpenObject& archive, std::string_view) const override {
    std::string text(archive.size(), '\0');
    BRYO_CHECK(archive.read_blocking(0, std::as_writable_bytes(std::span(text))));
    std::vector<ToyIndex::Line> lines;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const auto line = text.substr(at, end - at);
      const auto first = line.find(' ');
      const auto second = line.find(' ', first + 1);
      lines.push_back({line.substr(0, first), std::stoull(line.substr(first + 1)), line.substr(second + 1)});
      at = end + 1;
    }
    return std::unique_ptr<MemberIndex>(std::make_unique<ToyIndex>(std::move(lines)));
  }
  Status extract(const OpenObject&, std::string_view, const MemberIndex& index, std::span<const Member> members,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto& content = dynamic_cast<const ToyIndex&>(index).content(members[i]);
      if (content == "damaged") return Error(Errc::InvalidArgument, "flate: corrupt input");
      for (std::size_t at = 0; at < content.size(); at += 3)
        BRYO_CHECK(sink(i, as_bytes(content).subspan(at, std::min<std::size_t>(3, content.size() - at))));
    }
    return {};
  }
};

inline ArchiveFormat toy_format(std::string extension, PayloadMode mode) {
  return {.spec = {.name = extension,
                   .extensions = {extension},
                   .mime_names = {},
                   .content_type = "application/toy",
                   .magic = {}},
          .reader = std::make_shared<const ToyReader>(),
          .make_writer = [mode] { return std::make_unique<ToyWriter>(mode); }};
}

}  // namespace bryo::moss
