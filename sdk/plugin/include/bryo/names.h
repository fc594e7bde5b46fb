#pragma once

/// Bucket and object identity (http-buckets.md section 1, http-objects.md section 1, data-protection.md section 1).

#include <bryo/result.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace bryo {

/// provider + namespace + name. A regular value; providers are canonical ("ais", "aws", "gcp", "azure", "oci", or a
/// plugin's).
struct BucketName {
  std::string provider = "ais";
  std::string ns_uuid{};
  std::string ns_name{};
  std::string name{};

  friend bool operator==(const BucketName&, const BucketName&) = default;
  friend auto operator<=>(const BucketName&, const BucketName&) = default;

  /// `ais://b`, `ais://@uuid#ns/b`, `s3://b`: the form of messages, which clients parse.
  [[nodiscard]] std::string uri() const;
  /// `ais/@#/b/`: the form of `bck_to` and of the batch key `uname`; with an object name appended, the placement key.
  [[nodiscard]] std::string uname() const;
};

inline std::string BucketName::uri() const {
  std::string out;
  out.append(provider == "aws"     ? "s3"
             : provider == "gcp"   ? "gs"
             : provider == "azure" ? "az"
             : provider == "oci"   ? "oc"
                                   : provider);
  out.append("://");
  if (!ns_uuid.empty()) out.append("@").append(ns_uuid);
  if (!ns_name.empty()) out.append("#").append(ns_name);
  if (!ns_uuid.empty() || !ns_name.empty()) out.append("/");
  return out.append(name);
}

inline std::string BucketName::uname() const {
  std::string out = provider;
  return out.append("/@").append(ns_uuid).append("#").append(ns_name).append("/").append(name).append("/");
}

/// Kept by this node alone, or also somewhere else.
inline bool is_remote(const BucketName& bucket) noexcept { return bucket.provider != "ais"; }

/// The wire's 400 for a provider that nobody knows.
inline Error invalid_provider(std::string_view provider) {
  return Error(Errc::InvalidArgument,
               "invalid backend provider \"" + std::string(provider.substr(0, 80)) +
                   "\": must be one of [ais, aws (s3://), gcp (gs://), azure (az://), oci (oc://)]",
               "ErrInvalidBackendProvider");
}

/// `s3` -> `aws`, `gs` -> `gcp`, `az` -> `azure`, `oc` -> `oci`, "" -> `ais`; other names stay, because plugins bring
/// providers: 2 to 16 lower-case letters and digits. Fails with the wire's ErrInvalidBackendProvider for anything else,
/// and for the schemes of URLs that are no buckets (http, https, ftp, file).
inline Result<std::string> canonical_provider(std::string_view provider) {
  if (provider.empty() || provider == "ais") return std::string("ais");
  if (provider == "s3") return std::string("aws");
  if (provider == "gs") return std::string("gcp");
  if (provider == "az") return std::string("azure");
  if (provider == "oc") return std::string("oci");
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto letter_or_digit = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  if (provider.size() < 2 || provider.size() > 16 || !letter(provider.front()) ||
      !std::all_of(provider.begin(), provider.end(), letter_or_digit)) {
    return invalid_provider(provider);
  }
  for (const std::string_view scheme : {"file", "ftp", "http", "https"}) {
    if (provider == scheme) return invalid_provider(provider);
  }
  return std::string(provider);
}

/// A character of names of buckets and namespaces.
inline bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// Fails with the wire's 400 unless the namespace has name characters only, and its uuid at most 32 of them.
inline Status check_namespace(const BucketName& bucket) {
  constexpr std::size_t kMaxUuid = 32;
  if (bucket.ns_uuid.size() <= kMaxUuid &&
      std::all_of(bucket.ns_uuid.begin(), bucket.ns_uuid.end(), is_name_character) &&
      std::all_of(bucket.ns_name.begin(), bucket.ns_name.end(), is_name_character)) {
    return {};
  }
  return Error(Errc::InvalidArgument,
               "namespace is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)");
}

/// Puts the namespace `@uuid#name` into `bucket`; either part may be absent, and without a sign it is a name
/// (http-buckets.md section 1). Fails like `check_namespace`.
inline Status parse_namespace(std::string_view text, BucketName& bucket) {
  bucket.ns_uuid.clear();
  bucket.ns_name.clear();
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    const auto hash = text.find('#');
    bucket.ns_uuid = text.substr(0, hash);
    if (hash != std::string_view::npos) bucket.ns_name = text.substr(hash + 1);
  } else {
    bucket.ns_name = text.substr(text.starts_with('#') ? 1 : 0);
  }
  return check_namespace(bucket);
}

/// Fails with the wire's 400 unless `name` is 1-64 characters of letters, digits, '-', '_', '.'.
inline Status check_bucket_name(std::string_view name) {
  if (name.empty()) return Error(Errc::InvalidArgument, "bucket name is missing");
  if (name.size() > 64) {
    return Error(Errc::InvalidArgument,
                 "bucket name is too long: " + std::to_string(name.size()) + " > 64(max length)");
  }
  if (!std::all_of(name.begin(), name.end(), is_name_character) || name.find("..") != std::string_view::npos) {
    return Error(
        Errc::InvalidArgument,
        "bucket name is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)");
  }
  if (name.front() == '.') {
    return Error(Errc::InvalidArgument, "reserved bucket name \"" + std::string(name) + "\" (unknown system bucket)");
  }
  return {};
}

/// Longest object name accepted, in bytes.
inline constexpr std::size_t kMaxObjectName = 2048;

/// The rules of get-batch.md section 2 and http-objects.md section 1: not empty, at most kMaxObjectName bytes, no
/// trailing '/', no component "." or "..", no leading "~/", no NUL. `what` names the field in the sentence.
inline Status check_object_name(std::string_view name, std::string_view what = "object name") {
  const auto bad = [&](std::string_view why) -> Status {
    std::string shown(name.substr(0, 80));
    if (const auto nul = shown.find('\0'); nul != std::string::npos) shown.resize(nul);
    return Error(Errc::InvalidArgument, "invalid " + std::string(what) + " \"" + shown + "\": " + std::string(why),
                 "errInvalidPath");
  };
  if (name.empty()) return bad("empty");
  if (name.size() > kMaxObjectName) {
    return bad("longer than " + std::to_string(kMaxObjectName) + " bytes (" + std::to_string(name.size()) + ")");
  }
  if (name.back() == '/') return bad("ends with '/'");
  if (name.starts_with("~/")) return bad("starts with '~/'");
  // One pass: components "." and "..", and NUL. A quick scan first: nearly no name has a dot next to a slash.
  std::size_t start = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i == name.size() || name[i] == '/') {
      const auto part = name.substr(start, i - start);
      if (part == "." || part == "..") return bad("component '" + std::string(part) + "'");
      start = i + 1;
    } else if (name[i] == '\0') {
      return bad("contains NUL");
    }
  }
  return {};
}

}  // namespace bryo
