#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace bryo::cli {

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for a seed on every machine and with every compiler, which
/// <random>'s distributions do not promise. Not for secrets.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    auto mixed = state_;
    mixed = (mixed ^ mixed >> 30U) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebU;
    return mixed ^ mixed >> 31U;
  }

  /// A number below `bound` (> 0), each equally likely.
  std::uint64_t below(std::uint64_t bound) noexcept {
    const auto uneven = (0 - bound) % bound;  // this many of the lowest numbers would be drawn once too often
    while (true) {
      if (const auto number = next(); number >= uneven) return number % bound;
    }
  }

  void fill(std::span<std::byte> out) noexcept {
    while (!out.empty()) {
      const auto number = next();
      const auto n = out.size() < sizeof number ? out.size() : sizeof number;
      std::memcpy(out.data(), &number, n);
      out = out.subspan(n);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace bryo::cli
