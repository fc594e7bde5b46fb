#include <kernel/object/member_match.h>

#include <kernel/wire/api_names.h>

#include <re2/re2.h>

#include <array>
#include <optional>
#include <utility>

namespace bryo::kernel {
namespace {

constexpr std::int64_t kExpressionMemory = 1 << 20;

Error bad_value(std::string_view key, std::string_view value, const std::string& why) {
  return Error(Errc::InvalidArgument,
               "dpq: '" + std::string(key) + "=" + std::string(value.substr(0, 120)) + "', err: " + why);
}

}  // namespace

MemberMatch::MemberMatch(Mode mode, std::string_view mode_name, std::string_view text)
    : mode_(mode), mode_name_(mode_name), text_(text) {}
MemberMatch::MemberMatch(MemberMatch&&) noexcept = default;
MemberMatch& MemberMatch::operator=(MemberMatch&&) noexcept = default;
MemberMatch::~MemberMatch() = default;

Result<MemberMatch> MemberMatch::parse(std::string_view mode, std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Mode>, 5> kModes{{{"regexp", Mode::Regexp},
                                                                     {"prefix", Mode::Prefix},
                                                                     {"suffix", Mode::Suffix},
                                                                     {"substr", Mode::Substring},
                                                                     {"wdskey", Mode::WebDatasetKey}}};
  std::optional<MemberMatch> match;
  for (const auto& [name, value] : kModes) {
    if (name == mode) match = MemberMatch(value, mode, text);
  }
  if (!match) {
    return bad_value(wire::kQueryArchMode, mode,
                     "invalid matching mode \"" + std::string(mode.substr(0, 120)) +
                         "\", expecting one of: [regexp prefix suffix substr wdskey]");
  }
  if (match->mode_ != Mode::Regexp || text.empty()) return *std::move(match);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kExpressionMemory);
  auto expression = std::make_unique<const RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!expression->ok()) {
    return bad_value(wire::kQueryArchRegx, text, "error parsing regexp: " + expression->error());
  }
  match->expression_ = std::move(expression);
  return *std::move(match);
}

bool MemberMatch::matches(std::string_view name) const {
  if (text_.empty()) return true;
  switch (mode_) {
    case Mode::Regexp:
      return RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *expression_);
    case Mode::Prefix:
      return name.starts_with(text_);
    case Mode::Suffix:
      return name.ends_with(text_);
    case Mode::Substring:
      return name.find(text_) != std::string_view::npos;
    case Mode::WebDatasetKey:
      return webdataset_key(name) == text_;
  }
  return false;
}

std::string MemberMatch::text() const { return "(archregx=" + text_ + ", archmode=" + mode_name_ + ")"; }

std::string_view webdataset_key(std::string_view name) {
  const auto slash = name.rfind('/');
  const auto base = slash == std::string_view::npos ? 0 : slash + 1;
  return name.substr(0, name.find('.', base));
}

}  // namespace bryo::kernel
