#include <bryo/client/checksum.h>
#include <bryo/client/uri.h>

#include <charconv>

#include "requests.h"
#include "wire.h"

namespace bryo::client {
namespace {

std::string object_target(const BucketName& bucket, std::string_view object) {
  return std::string(wire::kObjects) + "/" + encode_path(bucket.name) + "/" + encode_path(object) + "?" +
         bucket_query(bucket);
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return number;
}

ObjectInfo info_of(const Headers& headers) {
  ObjectInfo info{.size = number_in<std::uint64_t>(headers.get("Content-Length")).value_or(0),
                  .checksum_type = std::string(headers.get(wire::kHeaderChecksumType)),
                  .checksum = std::string(headers.get(wire::kHeaderChecksumValue)),
                  .version = std::string(headers.get(wire::kHeaderVersion)),
                  .atime_ns = number_in<std::int64_t>(headers.get(wire::kHeaderAtime)).value_or(0),
                  .location = std::string(headers.get(wire::kHeaderLocation))};
  for (const auto& [name, value] : headers.fields()) {
    if (Headers one; one.add(name, {}), !one.has(wire::kHeaderCustom)) continue;
    const auto equals = value.find('=');
    if (equals != std::string::npos) info.custom.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }
  return info;
}

/// A value that would end its header field early, or start another.
Status check_header_value(std::string_view what, std::string_view value) {
  if (value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return {};
  return Error(Errc::InvalidArgument, std::string(what) + " has a line end or NUL, which no header can carry");
}

/// The number after '/' of `bytes 8-11/12`.
std::optional<std::uint64_t> whole_size_in(std::string_view content_range) {
  const auto slash = content_range.rfind('/');
  return slash == std::string_view::npos ? std::nullopt : number_in<std::uint64_t>(content_range.substr(slash + 1));
}

std::string range_field(const ByteRange& range) {
  std::string field = "bytes=" + std::to_string(range.start) + "-";
  if (range.length > 0) field += std::to_string(range.start + range.length - 1);
  return field;
}

}  // namespace

struct ObjectReader::State {
  std::unique_ptr<HttpExchange> exchange;
  std::string name;
  ObjectInfo info;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> whole_size;
  std::optional<Xxhash> hash;
  std::uint64_t received = 0;
  bool ended = false;
};

ObjectReader::ObjectReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ObjectReader::ObjectReader(ObjectReader&&) noexcept = default;
ObjectReader& ObjectReader::operator=(ObjectReader&&) noexcept = default;
ObjectReader::~ObjectReader() = default;

std::optional<std::uint64_t> ObjectReader::size() const noexcept { return state_->size; }
std::optional<std::uint64_t> ObjectReader::whole_size() const noexcept { return state_->whole_size; }
const ObjectInfo& ObjectReader::info() const noexcept { return state_->info; }
bool ObjectReader::verified() const noexcept { return state_->hash.has_value(); }

Result<std::size_t> ObjectReader::read(std::span<std::byte> out) {
  auto& state = *state_;
  BRYO_TRY(n, state.exchange->read(out));
  if (state.hash) state.hash->update(out.first(n));
  state.received += n;
  if (n > 0 || state.ended) return n;
  state.ended = true;
  if (state.size && state.received != *state.size) {
    return Error(Errc::Io, state.name + " stopped after " + std::to_string(state.received) + " of " +
                               std::to_string(*state.size) + " bytes");
  }
  if (state.hash && state.hash->hex() != state.info.checksum) {
    return Error(Errc::BadChecksum, state.name + " arrived with " + state.info.checksum_type + " " + state.hash->hex() +
                                        ", the server announced " + state.info.checksum);
  }
  return n;
}

Result<ObjectInfo> Client::put_object(const BucketName& bucket, std::string_view object, BodySource& body,
                                      const PutOptions& options) const {
  BRYO_CHECK(check_object_name(object));
  ApiCall call{.method = "PUT", .target = object_target(bucket, object), .body = &body};
  if (!body.repeatable()) call.repeat = Repeat::IfRefused;
  if (!options.checksum_type.empty()) {
    BRYO_CHECK(check_header_value("the checksum", options.checksum_type + options.checksum));
    call.headers.add(std::string(wire::kHeaderChecksumType), options.checksum_type);
    call.headers.add(std::string(wire::kHeaderChecksumValue), options.checksum);
  }
  for (const auto& [key, value] : options.custom) {
    BRYO_CHECK(check_header_value("custom metadata \"" + key + "\"", key + value));
    call.headers.add(std::string(wire::kHeaderCustom), key + "=" + value);
  }
  BRYO_TRY(headers, requests_->perform(call, call_));
  auto info = info_of(headers);
  info.size = body.size().value_or(0);
  return info;
}

Result<ObjectReader> Client::get_object(const BucketName& bucket, std::string_view object,
                                        const GetOptions& options) const {
  BRYO_CHECK(check_object_name(object));
  const bool ranged = options.range != ByteRange{};
  ApiCall call{.method = "GET", .target = object_target(bucket, object)};
  if (!options.archpath.empty()) call.target += "&archpath=" + encode_query(options.archpath);
  if (options.match) {
    call.target +=
        "&archregx=" + encode_query(options.match->pattern) + "&archmode=" + encode_query(options.match->mode);
  }
  if (ranged) call.headers.add("Range", range_field(options.range));
  BRYO_TRY(exchange, requests_->open(call, call_));
  auto state = std::make_unique<ObjectReader::State>();
  state->name = bucket.uri() + "/" + std::string(object);
  state->info = info_of(exchange->headers());
  state->size = number_in<std::uint64_t>(exchange->headers().get("Content-Length"));
  state->whole_size = ranged ? whole_size_in(exchange->headers().get("Content-Range")) : state->size;
  if (ranged && exchange->status() != 206) {
    return Error(Errc::Unsupported, "the server answered a range of " + state->name + " with the whole object");
  }
  // The checksum of a range is the whole object's (http-objects.md section 3).
  if (options.verify && !ranged && !options.match && can_verify(state->info.checksum_type)) state->hash.emplace();
  state->exchange = std::move(exchange);
  return ObjectReader(std::move(state));
}

Status Client::append_to_shard(const BucketName& bucket, std::string_view object, std::string_view archpath,
                               BodySource& body, AppendMode mode, std::string_view mime) const {
  BRYO_CHECK(check_object_name(object));
  if (archpath.empty()) return Error(Errc::InvalidArgument, "a member of a shard needs a name");
  // Twice sent would be twice appended.
  ApiCall call{.method = "PUT", .target = object_target(bucket, object), .body = &body, .repeat = Repeat::IfRefused};
  call.target += "&archpath=" + encode_query(archpath) + "&archmime=" + encode_query(mime);
  call.headers.add(std::string(wire::kHeaderAppend), mode == AppendMode::Create ? "2" : "1");
  BRYO_TRY(answer, requests_->perform(call, call_));
  static_cast<void>(answer);
  return {};
}

Result<ObjectInfo> Client::head_object(const BucketName& bucket, std::string_view object) const {
  BRYO_CHECK(check_object_name(object));
  BRYO_TRY(headers, requests_->perform({.method = "HEAD", .target = object_target(bucket, object)}, call_));
  return info_of(headers);
}

Status Client::remove_object(const BucketName& bucket, std::string_view object) const {
  BRYO_CHECK(check_object_name(object));
  BRYO_TRY(answer,
           requests_->perform(
               {.method = "DELETE", .target = object_target(bucket, object), .repeat = Repeat::IfRefused}, call_));
  static_cast<void>(answer);
  return {};
}

}  // namespace bryo::client
