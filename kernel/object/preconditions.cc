#include <kernel/object/preconditions.h>

#include <kernel/object/object_headers.h>
#include <kernel/wire/go_time.h>
#include <kernel/wire/http_date.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// What Last-Modified says: whole seconds.
std::int64_t seconds_of(std::int64_t unix_ns) { return unix_ns / kSecond - (unix_ns % kSecond < 0 ? 1 : 0); }

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes one tag off the front of a list. A comma inside quotes is part of the tag.
std::string take_tag(std::string_view& list) {
  const bool weak = list.starts_with("W/");
  if (weak) list.remove_prefix(2);
  std::string_view tag;
  const auto close = list.starts_with('"') ? list.find('"', 1) : std::string_view::npos;
  if (close != std::string_view::npos) {
    tag = list.substr(0, close + 1);
    list.remove_prefix(close + 1);
    list.remove_prefix(std::min(list.find(','), list.size()));
  } else {
    const auto comma = std::min(list.find(','), list.size());
    tag = trim(list.substr(0, comma));
    list.remove_prefix(comma);
  }
  if (list.starts_with(',')) list.remove_prefix(1);
  std::string out(weak ? "W/" : "");
  if (tag.starts_with('"')) return out.append(tag);
  return out.append("\"").append(tag).append("\"");
}

void add_tags(std::optional<EntityTags>& tags, std::string_view text) {
  if (!tags) tags.emplace();
  for (text = trim(text); !text.empty(); text = trim(text)) {
    if (text == "*") {
      tags->any = true;
      return;
    }
    if (text.starts_with(',')) {
      text.remove_prefix(1);
    } else {
      tags->list.push_back(take_tag(text));
    }
  }
}

}  // namespace

Validators validators_of(const ObjectAttributes& attributes, bool chunked) {
  return {.etag = entity_tag(attributes, chunked), .mtime_ns = attributes.mtime_ns};
}

bool EntityTags::matches(std::string_view etag, bool strong) const {
  if (any) return true;
  const auto opaque = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
  if (etag.empty() || (strong && etag.starts_with("W/"))) return false;
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& tag) { return strong ? tag == etag : opaque(tag) == opaque(etag); });
}

Preconditions Preconditions::of(const Headers& headers) {
  Preconditions out;
  for (const auto& [name, value] : headers.fields()) {
    if (name.size() < 8 || (name[0] | 0x20) != 'i' || (name[1] | 0x20) != 'f' || name[2] != '-') continue;
    if (Headers::equal_names(name, "If-Match")) {
      add_tags(out.match_, value);
    } else if (Headers::equal_names(name, "If-None-Match")) {
      add_tags(out.none_match_, value);
    } else if (Headers::equal_names(name, "If-Modified-Since")) {
      out.modified_since_ = parse_http_date(trim(value));
    } else if (Headers::equal_names(name, "If-Unmodified-Since")) {
      out.unmodified_since_ = parse_http_date(trim(value));
    } else if (Headers::equal_names(name, "If-Range")) {
      out.if_range_ = trim(value);
    }
  }
  return out;
}

Verdict Preconditions::judge(const Validators* there, bool read) const {
  if (match_) {
    if (there == nullptr || !match_->matches(there->etag, true)) return Verdict::Failed;
  } else if (unmodified_since_ && there != nullptr && seconds_of(there->mtime_ns) > *unmodified_since_) {
    return Verdict::Failed;
  }
  if (none_match_) {
    if (there != nullptr && none_match_->matches(there->etag, false)) {
      return read ? Verdict::NotModified : Verdict::Failed;
    }
  } else if (read && modified_since_ && there != nullptr && seconds_of(there->mtime_ns) <= *modified_since_) {
    return Verdict::NotModified;
  }
  return Verdict::Proceed;
}

bool Preconditions::range_counts(const Validators& there) const {
  if (if_range_.empty()) return true;
  if (if_range_.starts_with('"')) return if_range_ == there.etag;
  const auto date = parse_http_date(if_range_);
  return date && *date == seconds_of(there.mtime_ns);
}

void add_validators(Headers& headers, Validators there) {
  if (!there.etag.empty()) headers.add("Etag", std::move(there.etag));
  headers.add("Last-Modified", format_go_time(there.mtime_ns, kLayoutHttp));
}

Error precondition_failed(std::string_view uri) {
  return Error(Errc::Conflict, "precondition failed: " + std::string(uri) + " is not in the state that was asked for")
      .with_status(412);
}

}  // namespace bryo::kernel
