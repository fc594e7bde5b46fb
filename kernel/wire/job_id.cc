#include <kernel/wire/job_id.h>

#include <algorithm>
#include <random>

namespace bryo::kernel {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kLength = 9;
constexpr std::size_t kLongest = 31;

bool alphanumeric(char c) { return kAlphabet.find(c) != std::string_view::npos; }

}  // namespace

std::string new_job_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::uniform_int_distribution<std::size_t> letter(0, kAlphabet.size() - 1);
  std::string id(kLength, '0');
  std::generate(id.begin(), id.end(), [&] { return kAlphabet[letter(random)]; });
  return id;
}

bool valid_job_id(std::string_view id) noexcept {
  if (id.size() >= 2 && id.front() == 'g' && id.find_first_not_of("0123456789", 1) == std::string_view::npos) {
    return true;
  }
  if (id.size() < kLength || id.size() > kLongest) return false;
  if (!alphanumeric(id.front()) || !alphanumeric(id.back())) return false;
  return std::all_of(id.begin(), id.end(), [](char c) { return alphanumeric(c) || c == '-' || c == '_'; });
}

}  // namespace bryo::kernel
