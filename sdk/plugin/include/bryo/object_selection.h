#pragma once

/// Which objects of a bucket a job works on: a list, a template with ranges, a prefix (jobs.md section 4).

#include <bryo/name_template.h>
#include <bryo/xaction.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bryo {

/// The fields that select, as a message has them.
struct SelectionFields {
  std::vector<std::string> names{};  ///< `objnames`
  std::string text{};                ///< `template`
  bool direct = false;               ///< `non-recurs`: with a prefix, no names that have a '/' behind it
  bool of_backend = false;           ///< of a remote bucket what its backend has, not what is kept here

  MessageFields& read(MessageFields& from) {
    return from.texts("objnames", names).text("template", text).boolean("non-recurs", direct);
  }
};

/// The names in a stable order, page by page. A value that iterates; one coroutine at a time.
class ObjectSelection {
 public:
  enum class Mode : std::uint8_t {
    List,    ///< as named, in that order; whether they exist is not known, and one that does not is an error
    Range,   ///< as the template counts; those that do not exist are passed over in silence
    Prefix,  ///< those that exist, bytewise; an empty prefix is the whole bucket
  };

  /// Fails with 400 and the wire's text for `request.action`: a template that cannot be read, or has no end, a name
  /// that no object can have. A text that begins with "prefix:" is one, whatever signs follow.
  static Result<ObjectSelection> make(SelectionFields fields, const XactionRequest& request);

  [[nodiscard]] Mode mode() const noexcept { return mode_; }
  /// What all names begin with, in mode Prefix.
  [[nodiscard]] const std::string& prefix() const noexcept { return query_.prefix; }
  /// As `ctlmsg` shows it (jobs.md section 2.2): "list:[a b]", "template:T", "prefix:P".
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The next names, at most `limit` (at least 1); none after the last. Fails as `Objects::list` does.
  Task<Result<std::vector<std::string>>> next(Objects& objects, BucketPtr bucket, std::size_t limit);

 private:
  static Result<ObjectSelection> parse(SelectionFields fields);
  /// Takes the names of a page; where a "directory" is passed over, the next page begins behind it.
  void take(ObjectPage page, std::vector<std::string>& out);

  Mode mode_ = Mode::Prefix;
  std::string text_;
  std::vector<std::string> list_;
  std::size_t at_ = 0;  ///< in the list
  NameTemplate range_;
  ObjectQuery query_;
  bool direct_ = false;
  bool ended_ = false;
};

inline Result<ObjectSelection> ObjectSelection::make(SelectionFields fields, const XactionRequest& request) {
  auto parsed = parse(std::move(fields));
  if (parsed) return parsed;
  const Error& why = parsed.error();
  return Error(why.code(),
               "t[" + request.target + "] failed to \"" + request.action + "\" List/Range: " + why.message(),
               why.tcode());
}

inline Result<ObjectSelection> ObjectSelection::parse(SelectionFields fields) {
  ObjectSelection out;
  out.direct_ = fields.direct;
  if (!fields.names.empty()) {
    constexpr std::size_t kShown = 256;  // bytes of names in `text`
    out.mode_ = Mode::List;
    out.list_ = std::move(fields.names);
    for (const auto& name : out.list_) {
      BRYO_CHECK(check_object_name(name));
      if (out.text_.size() <= kShown) out.text_.append(out.text_.empty() ? "" : " ").append(name);
    }
    out.text_ = out.text_.size() <= kShown
                    ? "list:[" + out.text_ + "]"
                    : "list(" + std::to_string(out.list_.size()) + " names):[" + out.list_.front() + ", ...]";
    return out;
  }
  std::string_view prefix = fields.text;
  constexpr std::string_view kLiteral = "prefix:";
  if (prefix.starts_with(kLiteral)) {
    prefix.remove_prefix(kLiteral.size());
  } else {
    BRYO_TRY(names, NameTemplate::parse(prefix));
    if (names.ranges() > 0) {
      out.mode_ = Mode::Range;
      out.text_ = "template:" + fields.text;
      if (!names.count()) {
        return Error(Errc::InvalidArgument,
                     "invalid template \"" + fields.text.substr(0, 300) +
                         "\": it has no end, or more names than 63 bits count; give ranges such as {0001..0999}",
                     "errTemplateInvalid");
      }
      out.range_ = names;
      BRYO_CHECK(check_object_name(*names.next()));  // they differ in digits only
      return out;
    }
    if (prefix.ends_with('*')) prefix.remove_suffix(1);
  }
  if (!prefix.empty()) BRYO_CHECK(check_object_name(std::string(prefix) + "x", "prefix"));
  out.query_.prefix = prefix;
  out.query_.of_backend = fields.of_backend;
  out.text_ = "prefix:" + out.query_.prefix;
  return out;
}

inline Task<Result<std::vector<std::string>>> ObjectSelection::next(Objects& objects, BucketPtr bucket,
                                                                    std::size_t limit) {
  std::vector<std::string> out;
  if (mode_ == Mode::List) {
    for (; out.size() < limit && at_ < list_.size(); ++at_) out.push_back(list_[at_]);
    co_return out;
  }
  if (mode_ == Mode::Range) {
    while (out.size() < limit && !ended_) {
      if (auto name = range_.next()) {
        out.push_back(*std::move(name));
      } else {
        ended_ = true;
      }
    }
    co_return out;
  }
  query_.limit = limit;
  while (out.empty() && !ended_) {
    BRYO_CO_TRY(page, co_await objects.list(bucket, query_));
    take(std::move(page), out);
  }
  co_return out;
}

inline void ObjectSelection::take(ObjectPage page, std::vector<std::string>& out) {
  ended_ = !page.more || (page.objects.empty() && page.token.empty());
  query_.token = std::move(page.token);
  if (!page.objects.empty()) query_.after = page.objects.back().name;
  for (ListedName& object : page.objects) {
    const auto slash = direct_ ? object.name.find('/', query_.prefix.size()) : std::string::npos;
    if (slash == std::string::npos) {
      out.push_back(std::move(object.name));
    } else if (&object == &page.objects.back()) {
      query_.after = object.name.substr(0, slash + 1) + std::string(kMaxObjectName, '\xff');
    }
  }
}

}  // namespace bryo
