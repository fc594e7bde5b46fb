#include "sample_request.h"

#include <charconv>
#include <cmath>

namespace sample {
namespace {

/// All of `text`, or nothing.
template <class T>
bool parse_number(std::string_view text, T& out) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failure == std::errc() && end == text.data() + text.size();
}

bryo::Error wrong(std::string_view parameter, std::string_view value, std::string_view wanted) {
  return bryo::Error(bryo::Errc::InvalidArgument, "sample: " + std::string(parameter) + " \"" +
                                                      std::string(value.substr(0, 80)) + "\" is not " +
                                                      std::string(wanted));
}

}  // namespace

bool SampleRequest::takes(std::string_view name) const {
  std::uint64_t hash = 0xcbf29ce484222325 ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  // FNV spreads short names badly over the upper bits; this is the finalizer of splitmix64.
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
  hash ^= hash >> 31;
  return static_cast<double>(hash >> 11) * 0x1p-53 < fraction;
}

bryo::Result<SampleRequest> parse_request(const bryo::Request& request) {
  SampleRequest out;
  BRYO_TRY(provider, bryo::canonical_provider(request.query.get("provider").value_or("")));
  out.bucket = {.provider = std::move(provider), .name = request.rest};
  BRYO_CHECK(bryo::check_bucket_name(out.bucket.name));
  out.prefix = request.query.get("prefix").value_or("");
  if (const auto text = request.query.get("fraction")) {
    if (!parse_number(*text, out.fraction) || !std::isfinite(out.fraction) || out.fraction < 0 || out.fraction > 1) {
      return wrong("fraction", *text, "a number from 0 to 1");
    }
  }
  if (const auto text = request.query.get("seed"); text && !parse_number(*text, out.seed)) {
    return wrong("seed", *text, "a number of up to 64 bits");
  }
  return out;
}

std::string json_line(std::string_view name, std::uint64_t size) {
  std::string out = "{\"name\":\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out.append("\\u00").append({kHex[static_cast<unsigned char>(c) >> 4], kHex[static_cast<unsigned char>(c) & 15]});
    } else {
      out.push_back(c);
    }
  }
  return out.append("\",\"size\":").append(std::to_string(size)).append("}\n");
}

}  // namespace sample
