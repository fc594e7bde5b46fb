#pragma once

/// What the tests of archive formats put into archives, and what writers and zlib make of it.

#include <bryo/archive_pieces.h>
#include <bryo/testing.h>
#include <gtest/gtest.h>
#include <plugins/archive-formats/tar/tar_writer.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::archive_contents {

using Contents = std::vector<std::pair<std::string, std::string>>;

/// Does not compress.
inline std::string noise(std::size_t size, unsigned seed) {
  std::minstd_rand random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random() >> 8);
  return out;
}

/// Half of it compresses, half does not; some of it comes again from far before.
inline std::string mixed(std::size_t size, unsigned seed) {
  std::minstd_rand random(seed);
  std::string out;
  while (out.size() < size) {
    for (int i = 0; i < 500; ++i) out.push_back(static_cast<char>(random() >> 8));
    out.append(random() % 1000, static_cast<char>('a' + random() % 26));
    if (out.size() > 60'000) out.append(out, out.size() - 60'000 + random() % 1000, random() % 3000);
    if (random() % 100 == 0) {
      for (int i = 0; i < 100'000; ++i) out.push_back(static_cast<char>(random() >> 8));
    }
  }
  out.resize(size);
  return out;
}

/// All that a writer makes of members.
template <class Writer>
std::string archive_of(Writer&& writer, const Contents& members) {
  ArchiveBuffer out;
  std::string bytes;
  const auto flush = [&] {
    EXPECT_TRUE(compress_pieces(writer, out));
    bytes.append(as_text(out.view()));
    out.clear();
  };
  for (const auto& [name, content] : members) {
    EXPECT_TRUE(writer.begin(name, content.size(), out));
    flush();
    if (writer.payload() != PayloadMode::Verbatim) {
      EXPECT_TRUE(writer.content(as_bytes(content), out));
    }
    if (writer.payload() != PayloadMode::Transformed) bytes.append(content);
    EXPECT_TRUE(writer.end(out));
    flush();
  }
  EXPECT_TRUE(writer.finish(out));
  flush();
  return bytes;
}

/// The archive with one more member; "<why>" when it cannot be continued.
inline std::string continued(const ArchiveReader& reader, const OpenObject& archive, const MemberIndex& index,
                             const std::pair<std::string, std::string>& member) {
  auto continuation = reader.continue_after(archive, "ais://b/s", index);
  if (!continuation) return "<" + continuation.error().message() + ">";
  ArchiveWriter& writer = *continuation->writer;
  std::string bytes(continuation->keep, '\0');
  EXPECT_TRUE(archive.read_blocking(0, std::as_writable_bytes(std::span(bytes))));
  for (bool more = true; more;) {
    ArchiveBuffer out;
    const auto carried = writer.carry_over(out);
    if (!carried) return "<" + carried.error().message() + ">";
    EXPECT_TRUE(compress_pieces(writer, out));
    bytes.append(as_text(out.view()));
    more = *carried;
  }
  return bytes + archive_of(writer, {member});
}

/// A TAR of `count` empty members without its end, so that it can follow itself.
inline std::string many_headers(std::size_t count) {
  Contents members;
  for (std::size_t i = 0; i < count; ++i) members.emplace_back("m" + std::to_string(i), "");
  std::string bytes = archive_of(tar::TarWriter(), members);
  bytes.resize(count * 512);
  return bytes;
}

/// The same bytes again and again: archives that no test could hold.
class PeriodicObject final : public OpenObject {
 public:
  PeriodicObject(std::string period, std::uint64_t times)
      : OpenObject(period.size() * times, 1), period_(std::move(period)) {}
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override {
    return read_blocking(offset, out);
  }
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override { co_return read_blocking(offset, out); }
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override {
    bytes_read_ += out.size();
    while (!out.empty()) {
      const BytesView rest = as_bytes(period_).subspan(offset % period_.size());
      const std::size_t some = std::min(rest.size(), out.size());
      std::memcpy(out.data(), rest.data(), some);
      out = out.subspan(some);
      offset += some;
    }
    return {};
  }
  void will_need(std::uint64_t, std::uint64_t) const override {}
  Result<std::shared_ptr<const ObjectAttributes>> attributes() const override {
    return std::make_shared<const ObjectAttributes>();
  }

 private:
  const std::string period_;
  mutable std::uint64_t bytes_read_ = 0;
};

/// How zlib deflates.
enum class Wrapping : int { Raw = -15, Gzip = 31 };
inline std::string deflated(std::string_view plain, Wrapping wrapping, int level = 6,
                            int strategy = Z_DEFAULT_STRATEGY) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, level, Z_DEFLATED, static_cast<int>(wrapping), 8, strategy), Z_OK);
  std::string out(::deflateBound(&stream, static_cast<uLong>(plain.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

}  // namespace bryo::archive_contents
