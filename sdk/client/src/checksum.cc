#include <bryo/client/checksum.h>
#include <xxhash.h>

#include <cstdio>

namespace bryo::client {

struct Xxhash::State {
  struct Free {
    void operator()(XXH64_state_t* state) const noexcept { XXH64_freeState(state); }
  };
  std::unique_ptr<XXH64_state_t, Free> hash{XXH64_createState()};
};

Xxhash::Xxhash() : state_(std::make_unique<State>()) { XXH64_reset(state_->hash.get(), 0); }
Xxhash::~Xxhash() = default;
Xxhash::Xxhash(Xxhash&&) noexcept = default;
Xxhash& Xxhash::operator=(Xxhash&&) noexcept = default;

void Xxhash::update(std::span<const std::byte> bytes) noexcept {
  XXH64_update(state_->hash.get(), bytes.data(), bytes.size());
}

std::string Xxhash::hex() const {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(XXH64_digest(state_->hash.get())));
  return text;
}

bool can_verify(std::string_view checksum_type) noexcept {
  return checksum_type == "xxhash" || checksum_type == "xxhash2";
}

}  // namespace bryo::client
