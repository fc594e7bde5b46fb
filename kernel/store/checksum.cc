#include <kernel/store/checksum.h>
#include <kernel/store/crc32c.h>

#include <openssl/evp.h>
#define XXH_STATIC_LINKING_ONLY  // the state as a value
#include <xxhash.h>

#include <cstdlib>
#include <variant>

namespace bryo::kernel {
namespace {

struct Label {
  ChecksumType type;
  std::string_view text;
};
constexpr std::array<Label, 7> kLabels = {{{ChecksumType::None, "none"},
                                           {ChecksumType::Xxhash, "xxhash"},
                                           {ChecksumType::Xxhash2, "xxhash2"},
                                           {ChecksumType::Md5, "md5"},
                                           {ChecksumType::Crc32c, "crc32c"},
                                           {ChecksumType::Sha256, "sha256"},
                                           {ChecksumType::Sha512, "sha512"}}};

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Digest = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

const EVP_MD* algorithm(ChecksumType type) {
  if (type == ChecksumType::Md5) return EVP_md5();
  return type == ChecksumType::Sha256 ? EVP_sha256() : EVP_sha512();
}

/// OpenSSL fails here only without memory or without the algorithm: the node cannot hold its promises then.
void require(int ok) {
  if (ok != 1) std::abort();
}

std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string out;
  out.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back("0123456789abcdef"[bytes[i] >> 4]);
    out.push_back("0123456789abcdef"[bytes[i] & 15]);
  }
  return out;
}

std::string hex(std::uint64_t value, std::size_t bytes) {
  std::array<unsigned char, 8> big_endian;
  for (std::size_t i = 0; i < bytes; ++i) {
    big_endian[i] = static_cast<unsigned char>(value >> (8 * (bytes - 1 - i)));
  }
  return hex(big_endian.data(), bytes);
}

}  // namespace

struct Checksum::State {
  std::variant<XXH64_state_t, std::uint32_t, Digest> value;
};

std::string_view to_string(ChecksumType type) noexcept { return kLabels[static_cast<std::size_t>(type)].text; }

Result<ChecksumType> parse_checksum_type(std::string_view label) {
  if (label.empty()) return ChecksumType::None;
  for (const Label& known : kLabels) {
    if (known.text == label) return known.type;
  }
  return Error(Errc::InvalidArgument, "invalid checksum type \"" + std::string(label) +
                                          "\": must be one of [none, xxhash, xxhash2, md5, crc32c, sha256, sha512]");
}

Checksum::Checksum(ChecksumType type) : type_(type) {
  switch (type) {
    case ChecksumType::None:
      return;
    case ChecksumType::Xxhash:
    case ChecksumType::Xxhash2:
      state_ = std::make_unique<State>();
      XXH64_reset(&state_->value.emplace<XXH64_state_t>(), 0);
      return;
    case ChecksumType::Crc32c:
      state_ = std::make_unique<State>();
      state_->value.emplace<std::uint32_t>(0);
      return;
    case ChecksumType::Md5:
    case ChecksumType::Sha256:
    case ChecksumType::Sha512:
      state_ = std::make_unique<State>();
      const auto& digest = state_->value.emplace<Digest>(EVP_MD_CTX_new());
      require(EVP_DigestInit_ex(digest.get(), algorithm(type), nullptr));
      return;
  }
}

Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;
Checksum::~Checksum() = default;

void Checksum::update(BytesView bytes) {
  if (!state_ || bytes.empty()) return;
  if (auto* xxh = std::get_if<XXH64_state_t>(&state_->value)) {
    XXH64_update(xxh, bytes.data(), bytes.size());
  } else if (auto* crc = std::get_if<std::uint32_t>(&state_->value)) {
    *crc = extend_crc32c(*crc, bytes);
  } else {
    require(EVP_DigestUpdate(std::get<Digest>(state_->value).get(), bytes.data(), bytes.size()));
  }
}

Checksum Checksum::fork() const {
  Checksum out(type_);
  if (!state_) return out;
  if (const auto* digest = std::get_if<Digest>(&state_->value)) {
    require(EVP_MD_CTX_copy_ex(std::get<Digest>(out.state_->value).get(), digest->get()));
  } else if (const auto* crc = std::get_if<std::uint32_t>(&state_->value)) {
    out.state_->value = *crc;
  } else {
    out.state_->value = std::get<XXH64_state_t>(state_->value);
  }
  return out;
}

std::string Checksum::finish() {
  if (!state_) return {};
  if (const auto* xxh = std::get_if<XXH64_state_t>(&state_->value)) return hex(XXH64_digest(xxh), 8);
  if (const auto* crc = std::get_if<std::uint32_t>(&state_->value)) return hex(*crc, 4);
  std::array<unsigned char, EVP_MAX_MD_SIZE> value;
  unsigned int size = 0;
  require(EVP_DigestFinal_ex(std::get<Digest>(state_->value).get(), value.data(), &size));
  return hex(value.data(), size);
}

std::string crc32c_text(std::uint32_t crc) { return hex(crc, 4); }

std::string checksum_of(ChecksumType type, BytesView bytes) {
  Checksum checksum(type);
  checksum.update(bytes);
  return checksum.finish();
}

}  // namespace bryo::kernel
