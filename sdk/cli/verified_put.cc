#include "verified_put.h"

#include <bryo/client/checksum.h>

namespace bryo::cli {
namespace {

/// Counts and hashes what is sent.
class HashedBody final : public client::BodySource {
 public:
  HashedBody(client::BodySource& body, Progress* progress) : body_(body), progress_(progress) {}
  std::optional<std::uint64_t> size() const override { return body_.size(); }
  bool repeatable() const override { return body_.repeatable(); }
  Status rewind() override {
    hash_ = {};
    return body_.rewind();
  }
  Result<std::size_t> read(std::span<std::byte> out) override {
    BRYO_TRY(n, body_.read(out));
    hash_.update(out.first(n));
    if (progress_ != nullptr) progress_->add_bytes(n);
    return n;
  }
  [[nodiscard]] std::string hex() const { return hash_.hex(); }

 private:
  client::BodySource& body_;
  Progress* progress_;
  client::Xxhash hash_;
};

}  // namespace

Status put_verified(const client::Client& client, const BucketName& bucket, const std::string& object,
                    client::BodySource& body, const client::PutOptions& options, Progress* progress) {
  HashedBody hashed(body, progress);
  BRYO_TRY(info, client.put_object(bucket, object, hashed, options));
  if (client::can_verify(info.checksum_type) && info.checksum != hashed.hex()) {
    return Error(Errc::BadChecksum, bucket.uri() + "/" + object + " was stored with " + info.checksum_type + " " +
                                        info.checksum + ", sent were bytes with " + hashed.hex() + ": put it again");
  }
  return {};
}

}  // namespace bryo::cli
