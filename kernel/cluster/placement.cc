#include <kernel/cluster/placement.h>

#define XXH_INLINE_ALL  // short keys: the call would cost as much as the hash
#include <xxhash.h>

#include <array>
#include <bit>
#include <cstring>

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kSeed = 1103515245;

/// Longer keys are hashed piecewise: rare, and the copy would cost more than the streaming state.
constexpr std::size_t kJoined = 512;

}  // namespace

std::uint64_t placement_digest(std::string_view text) noexcept { return XXH64(text.data(), text.size(), kSeed); }

std::uint64_t placement_digest(std::string_view bucket_uname, std::string_view object) noexcept {
  if (bucket_uname.size() + object.size() <= kJoined) {
    std::array<char, kJoined> joined;
    std::memcpy(joined.data(), bucket_uname.data(), bucket_uname.size());
    std::memcpy(joined.data() + bucket_uname.size(), object.data(), object.size());
    return XXH64(joined.data(), bucket_uname.size() + object.size(), kSeed);
  }
  XXH64_state_t state;
  XXH64_reset(&state, kSeed);
  XXH64_update(&state, bucket_uname.data(), bucket_uname.size());
  XXH64_update(&state, object.data(), object.size());
  return XXH64_digest(&state);
}

std::uint64_t placement_digest(std::uint64_t bucket_id, std::string_view object) noexcept {
  // 16 hex digits and '/', as the bucket's directory is named: what a shell script can compute again.
  std::array<char, 17> prefix;
  for (std::size_t i = 0; i < 16; ++i) prefix[i] = "0123456789abcdef"[(bucket_id >> (60 - 4 * i)) & 15];
  prefix[16] = '/';
  return placement_digest(std::string_view(prefix.data(), prefix.size()), object);
}

std::uint64_t placement_mix(std::uint64_t x) noexcept {
  std::uint64_t z = x + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z = (z ^ (z >> 31)) + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z = (z ^ (z >> 31)) * 5;
  return std::rotl(z, 7) * 9;
}

std::size_t place(std::span<const std::uint64_t> candidates, std::uint64_t digest) noexcept {
  std::size_t best = 0;
  std::uint64_t greatest = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::uint64_t weight = placement_mix(candidates[i] ^ digest);
    if (i == 0 || weight > greatest) {
      best = i;
      greatest = weight;
    }
  }
  return best;
}

}  // namespace bryo::kernel
