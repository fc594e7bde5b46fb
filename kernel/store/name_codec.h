#pragma once

/// Object names as file names. An object `dir/a.jpg` is the file `dir%2Fa.jpg`: one plain name, readable in a shell.
///
/// '/', '%', '~', control characters and a leading '.' become `%XX`. A name whose encoding is longer than kLongestPlain
/// bytes becomes `<first part>~<128 bits of its SHA-256 in hex>`, and the true name is kept in the extended attribute
/// kNameAttribute. Plain encodings contain no '~', so the two forms cannot meet.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bryo::kernel {

inline constexpr std::size_t kLongestPlain = 240;
inline constexpr const char* kNameAttribute = "user.bryo.name";

/// A file name on the stack, NUL-terminated: opening an object must not allocate.
class FileName {
 public:
  explicit FileName(std::string_view object_name);
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }
  [[nodiscard]] const char* c_str() const noexcept { return text_.data(); }
  /// The name is not in the file name, but in kNameAttribute.
  [[nodiscard]] bool hashed() const noexcept { return hashed_; }

 private:
  std::array<char, 256> text_;
  std::size_t size_ = 0;
  bool hashed_ = false;
};

/// Whether a file name is of the form that hides the object's name.
bool is_hashed_file_name(std::string_view file_name) noexcept;

/// Appends the object name behind a plain file name to `out`; false (and `out` unchanged) when it is not one.
bool decode_file_name(std::string_view file_name, std::string& out);

/// Percent-encodes every byte of `text` for which `special` is true, and '%'.
template <class Predicate>
void append_percent_encoded(std::string& out, std::string_view text, Predicate special) {
  for (const char c : text) {
    if (c == '%' || special(c)) {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back("0123456789ABCDEF"[byte >> 4]);
      out.push_back("0123456789ABCDEF"[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
}

/// nullopt when a '%' is not followed by two upper-case hex digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace bryo::kernel
