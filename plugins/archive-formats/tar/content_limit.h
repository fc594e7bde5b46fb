#pragma once

/// How far a compressed archive may unfold, for formats that hold a TAR.

#include <bryo/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::tar {

class ContentLimit {
 public:
  /// `options`: the section of `max_content` and `max_ratio`, such as "plugin.archive_tgz"; lives as long as this.
  ContentLimit(std::string_view options, std::uint64_t max_content, std::uint64_t max_ratio, std::uint64_t archive_size)
      : options_(options),
        max_content_(max_content),
        max_ratio_(max_ratio),
        by_ratio_(archive_size > ~std::uint64_t{0} / max_ratio ? ~std::uint64_t{0} : archive_size * max_ratio) {}

  /// Fails with TooLarge when `decoded` bytes are more than are allowed.
  [[nodiscard]] Status check(std::string_view label, std::uint64_t decoded) const {
    if (decoded > max_content_) {
      return Error(Errc::TooLarge, std::string(label) + " holds more than " + std::to_string(max_content_) +
                                       " bytes; make smaller shards or raise [" + std::string(options_) +
                                       "] max_content");
    }
    if (decoded > by_ratio_) {
      return Error(Errc::TooLarge, std::string(label) + " unfolds to more than " + std::to_string(max_ratio_) +
                                       " times its size; raise [" + std::string(options_) + "] max_ratio");
    }
    return {};
  }

 private:
  const std::string_view options_;
  const std::uint64_t max_content_;
  const std::uint64_t max_ratio_;
  const std::uint64_t by_ratio_;
};

}  // namespace bryo::tar
