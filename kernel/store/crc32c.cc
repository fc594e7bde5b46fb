#include <kernel/store/crc32c.h>

#include <array>
#include <cstring>

namespace bryo::kernel {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;

/// Slicing by eight (Kounavis and Berry): row k advances a byte that is followed by k more.
constexpr auto kTable = [] {
  std::array<std::array<std::uint32_t, 256>, 8> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[0][i] = crc;
  }
  for (std::size_t row = 1; row < 8; ++row) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = table[row - 1][i];
      table[row][i] = (before >> 8) ^ table[0][before & 255];
    }
  }
  return table;
}();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t extend_sse42(std::uint32_t crc, BytesView bytes) noexcept {
  std::uint64_t state = ~crc;
  const std::byte* p = bytes.data();
  std::size_t n = bytes.size();
  for (; n >= 8; p += 8, n -= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    state = __builtin_ia32_crc32di(state, word);
  }
  auto narrow = static_cast<std::uint32_t>(state);
  for (; n > 0; ++p, --n) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*p));
  return ~narrow;
}
#endif

}  // namespace

std::uint32_t extend_crc32c(std::uint32_t crc, BytesView bytes) noexcept {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return extend_sse42(crc, bytes);
#endif
  return extend_crc32c_portable(crc, bytes);
}

std::uint32_t extend_crc32c_portable(std::uint32_t crc, BytesView bytes) noexcept {
  crc = ~crc;
  std::size_t i = 0;
  const auto at = [&](std::size_t k) { return static_cast<std::uint32_t>(bytes[k]); };
  for (; i + 8 <= bytes.size(); i += 8) {
    crc ^= at(i) | at(i + 1) << 8 | at(i + 2) << 16 | at(i + 3) << 24;
    crc = kTable[7][crc & 255] ^ kTable[6][(crc >> 8) & 255] ^ kTable[5][(crc >> 16) & 255] ^ kTable[4][crc >> 24] ^
          kTable[3][at(i + 4)] ^ kTable[2][at(i + 5)] ^ kTable[1][at(i + 6)] ^ kTable[0][at(i + 7)];
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8) ^ kTable[0][(crc ^ at(i)) & 255];
  return ~crc;
}

/// Appending zero bits is a linear map of the register: a matrix over GF(2), squared for twice as many. (The method is
/// that of zlib's crc32_combine.)
std::uint32_t join_crc32c(std::uint32_t first, std::uint32_t second, std::uint64_t second_length) noexcept {
  using Matrix = std::array<std::uint32_t, 32>;
  const auto times = [](const Matrix& matrix, std::uint32_t vector) {
    std::uint32_t sum = 0;
    for (std::size_t bit = 0; vector != 0; ++bit, vector >>= 1) {
      if ((vector & 1) != 0) sum ^= matrix[bit];
    }
    return sum;
  };
  Matrix zeros;  // what one zero bit does
  zeros[0] = kPolynomial;
  for (std::size_t bit = 1; bit < zeros.size(); ++bit) zeros[bit] = 1U << (bit - 1);
  const auto square = [&] {
    Matrix twice;
    for (std::size_t bit = 0; bit < twice.size(); ++bit) twice[bit] = times(zeros, zeros[bit]);
    zeros = twice;
  };
  for (int i = 0; i < 3; ++i) square();  // one zero byte
  for (; second_length != 0; second_length >>= 1) {
    if ((second_length & 1) != 0) first = times(zeros, first);
    square();
  }
  return first ^ second;
}

}  // namespace bryo::kernel
