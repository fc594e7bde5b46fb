#pragma once

/// A backend in memory that can be slow and broken.

#include <bryo/backend.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace bryo::kernel::testing {

struct RemoteBuckets {
  std::map<std::string, std::string> objects;  ///< of the one bucket there is
  int reads = 0;
  std::optional<Error> broken;                          ///< what every call fails with
  bool throws = false;                                  ///< instead of reading
  std::int64_t cut = 0;                                 ///< this many bytes fewer (or more) than promised
  std::shared_ptr<boost::asio::steady_timer> released;  ///< reads wait until it is cancelled, with what they found
};

class MapBackend final : public Backend {
 public:
  explicit MapBackend(std::shared_ptr<RemoteBuckets> remote) : remote_(std::move(remote)) {}

  Task<Status> head_bucket(BucketName) override {
    if (remote_->broken) co_return *remote_->broken;
    co_return Status{};
  }
  Task<Result<std::vector<std::string>>> list_buckets() override { co_return std::vector<std::string>{"b"}; }
  Task<Result<ObjectAttributes>> head(BucketName bucket, std::string object) override {
    BRYO_CO_TRY(content, find(bucket, object));
    co_return described(content);
  }
  Task<Result<BackendContent>> read(BucketName bucket, std::string object) override {
    ++remote_->reads;
    if (remote_->throws) throw std::runtime_error("no memory");
    BRYO_CO_TRY(content, find(bucket, object));
    if (remote_->released) {
      boost::system::error_code ec;
      co_await remote_->released->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
    }
    BackendContent out{.attributes = described(content), .content = nullptr};
    content.resize(static_cast<std::size_t>(static_cast<std::int64_t>(content.size()) - remote_->cut), '+');
    out.content = std::make_unique<Text>(std::move(content));
    co_return out;
  }
  Task<Result<BackendPage>> list(BucketName, BackendListRequest) override { co_return BackendPage{}; }
  Task<Result<ObjectAttributes>> write(BucketName, std::string object, ObjectAttributes attributes,
                                       ByteSource& content) override {
    if (remote_->broken) co_return *remote_->broken;
    std::string text(attributes.size + 1, '\0');
    std::size_t at = 0;
    for (;;) {
      BRYO_CO_TRY(count, co_await content.read({reinterpret_cast<std::byte*>(text.data()) + at, text.size() - at}));
      if (count == 0) break;
      at += count;
    }
    text.resize(at);
    remote_->objects[object] = text;
    co_return described(text);
  }
  Task<Status> remove(BucketName bucket, std::string object) override {
    BRYO_CO_TRY(content, find(bucket, object));
    static_cast<void>(content);
    remote_->objects.erase(object);
    co_return Status{};
  }

 private:
  class Text final : public ByteSource {
   public:
    explicit Text(std::string text) : text_(std::move(text)) {}
    Task<Result<std::size_t>> read(MutableBytes out) override {
      const std::size_t count = std::min<std::size_t>({out.size(), 5, text_.size() - at_});
      std::copy_n(as_bytes(text_).begin() + static_cast<std::ptrdiff_t>(at_), count, out.begin());
      at_ += count;
      co_return count;
    }

   private:
    const std::string text_;
    std::size_t at_ = 0;
  };

  static ObjectAttributes described(const std::string& content) {
    ObjectAttributes out;
    out.size = content.size();
    out.version = "v" + std::to_string(content.size());
    out.custom = {{"source", "map"}};
    return out;
  }
  Result<std::string> find(const BucketName& bucket, const std::string& object) const {
    if (remote_->broken) return *remote_->broken;
    if (const auto found = remote_->objects.find(object); found != remote_->objects.end()) return found->second;
    return Error(Errc::NotFound, bucket.uri() + "/" + object + " does not exist", "ErrNotFound");
  }

  const std::shared_ptr<RemoteBuckets> remote_;
};

}  // namespace bryo::kernel::testing
