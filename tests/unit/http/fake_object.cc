#include "fake_object.h"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

namespace bryo::kernel::test {

std::shared_ptr<FakeObject> FakeObject::of(const std::string& content, std::uint64_t size) {
  const int file = ::memfd_create("object", MFD_CLOEXEC);
  EXPECT_EQ(::write(file, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  return std::make_shared<FakeObject>(content, size, file);
}

FakeObject::FakeObject(std::string content, std::uint64_t size, int descriptor)
    : FileObject(size, 1, descriptor), content_(std::move(content)) {}

FakeObject::~FakeObject() { ::close(descriptor()); }

std::optional<Status> FakeObject::try_read(std::uint64_t offset, MutableBytes out) const {
  if (broken_) return Status(Error(Errc::Io, "the disk of object x failed"));
  if (cold_) return std::nullopt;
  std::memcpy(out.data(), content_.data() + offset, out.size());
  return Status{};
}

Task<Status> FakeObject::read(std::uint64_t offset, MutableBytes out) const {
  ++awaited_reads_;
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
  if (broken_) co_return Error(Errc::Io, "the disk of object x failed");
  std::memcpy(out.data(), content_.data() + offset, out.size());
  co_return Status{};
}

Status FakeObject::read_blocking(std::uint64_t offset, MutableBytes out) const {
  ++blocking_reads_;
  if (broken_) return Error(Errc::Io, "the disk of object x failed");
  if (offset + out.size() > content_.size()) return Error(Errc::Io, "object x is cut");
  std::memcpy(out.data(), content_.data() + offset, out.size());
  return {};
}

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t at = 0; at < size; at += 4) {
    const auto word = static_cast<std::uint32_t>(at * 2654435761u + 12345);
    std::memcpy(out.data() + at, &word, std::min<std::size_t>(4, size - at));
  }
  return out;
}

}  // namespace bryo::kernel::test
