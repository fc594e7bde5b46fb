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

/// Fails with the wire's 400 unless `name` is 1-64 characters of letters, digits, '-', '_', '.'.
inline Status check_bucket_name(std::string_view name) {
  if (name.empty()) return Error(Errc::InvalidArgument, "bucket name is missing");
  if (name.size() > 64) {
    return Error(Errc::InvalidArgument,
                 "bucket name is too long: " + std::to_string(name.size()) + " > 64(max length)");
  }
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  if (!std::all_of(name.begin(), name.end(), allowed) || name.find("..") != std::string_view::npos) {
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
