#include <kernel/object/put_member.h>

#include <kernel/object/custom_metadata.h>
#include <kernel/object/object_api.h>
#include <kernel/object/object_checksum.h>
#include <kernel/store/checksum.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>
#include <kernel/wire/json_text.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace bryo::kernel {
namespace {

/// Content up to this size arrives before the shard is held up for it: a slow client delays nobody else's.
constexpr std::uint64_t kSmall = 1 << 20;
constexpr std::size_t kPiece = 256 << 10;

/// The content of a file. An archive tells the size of a file in front of it, so it must be known first.
class MemberContent {
 public:
  explicit MemberContent(Request& request) : request_(request) {}

  /// Takes in small content. Fails with 411 for more of it whose size is not told.
  Task<Status> arrive();
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// The next piece, empty at the end. Valid until the next call.
  Task<Result<BytesView>> next();

 private:
  Task<Result<std::size_t>> fill(std::size_t from);

  Request& request_;
  std::uint64_t size_ = 0;
  std::uint64_t given_ = 0;
  std::vector<std::byte> room_;
  bool arrived_ = false;  ///< all of it lies in `room_`
};

Task<Status> MemberContent::arrive() {
  if (request_.body_stream == nullptr) {
    const BytesView body = as_bytes(request_.body);
    room_.assign(body.begin(), body.end());
    size_ = room_.size();
    arrived_ = true;
    co_return Status{};
  }
  size_ = request_.content_length.value_or(kSmall + 1);
  if (request_.content_length && size_ > kSmall) co_return Status{};
  room_.resize(static_cast<std::size_t>(size_));
  BRYO_CO_TRY(count, co_await fill(0));
  if (!request_.content_length && count == room_.size()) {
    co_return Error(Errc::InvalidArgument,
                    "a file of more than " + std::to_string(kSmall) +
                        " bytes goes into an archive only when its size is known: send Content-Length")
        .with_status(411);
  }
  room_.resize(count);
  size_ = count;
  arrived_ = true;
  co_return Status{};
}

Task<Result<std::size_t>> MemberContent::fill(std::size_t from) {
  while (from < room_.size()) {
    BRYO_CO_TRY(count, co_await request_.body_stream->read(MutableBytes(room_).subspan(from)));
    if (count == 0) break;
    from += count;
  }
  co_return from;
}

Task<Result<BytesView>> MemberContent::next() {
  if (arrived_) {
    given_ = size_;
    arrived_ = false;
    co_return BytesView(room_);
  }
  if (given_ == size_) co_return BytesView();
  room_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size_ - given_)));
  BRYO_CO_TRY(count, co_await fill(0));
  if (count < room_.size()) {
    co_return Error(Errc::InvalidArgument,
                    "unexpected EOF: the body ended before its " + std::to_string(size_) + " bytes");
  }
  given_ += count;
  co_return BytesView(room_);
}

Result<std::unique_ptr<ArchiveWriter>> writer_of(const ArchiveFormat& format) {
  if (format.make_writer) return format.make_writer();
  return Error(Errc::Unsupported, "archives of format " + format.spec.name + " cannot be written here");
}

Error cannot_append(const std::string& uri, const Error& why) {
  return Error(why.code(), "cannot append to " + uri + ": " + why.message(), why.tcode());
}

}  // namespace

Result<PutMember> parse_put_member(const Headers& headers) {
  const auto flags = headers.get(wire::kHeaderPutArchiveFlags).value_or("");
  if (flags.empty() || flags == "0") return PutMember::Replace;
  if (flags == "1" || flags == "3") return PutMember::Append;
  if (flags == "2") return PutMember::AppendOrCreate;
  return Error(Errc::InvalidArgument, "invalid header '" + std::string(wire::kHeaderPutArchiveFlags) + ": " +
                                          std::string(flags.substr(0, 40)) +
                                          "', expecting 1 (append) or 2 (append if it exists)");
}

Status check_member_path(std::string_view path) {
  BRYO_CHECK(check_object_name(path, "archpath"));
  if (is_utf8(path)) return {};
  return Error(Errc::InvalidArgument, "invalid archpath \"" + std::string(path.substr(0, 80)) + "\": not UTF-8",
               wire::kErrInvalidPath);
}

Error unknown_extension(std::string_view object) {
  const std::string_view base = object.substr(object.rfind('/') + 1);
  const auto dot = base.rfind('.');
  const std::string_view extension = dot == std::string_view::npos ? std::string_view() : base.substr(dot);
  return Error(Errc::InvalidArgument,
               "unknown filename extension (\"" + std::string(object) + "\", \"" + std::string(extension) + "\")",
               wire::kErrUnknownFileExtension);
}

Task<Result<Response>> ObjectApi::put_member(Request& request, std::string archpath) {
  BRYO_CO_TRY(how, parse_put_member(request.headers));
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, BucketAccess::Put));
  const std::string path = member_path(archpath, address.object);
  BRYO_CO_CHECK(check_member_path(path));
  const std::string mime(request.query.get(wire::kQueryArchMime).value_or(""));
  BRYO_CO_TRY(checksum, given_checksum(request.headers));
  BRYO_CO_TRY(custom, custom_of_headers(request.headers, address.uri()));
  BRYO_CO_TRY(reserved, services_.memory.reserve(kSmall + 2 * kPiece, "a file for an archive"));
  MemberContent upload(request);
  BRYO_CO_CHECK(co_await upload.arrive());

  // From here on nobody else appends: each sees what the one before has added.
  BRYO_CO_TRY(turn, co_await services_.store.take_turn(address.bucket, std::string(address.object)));
  BRYO_CO_TRY(before, co_await shard_before(address, how));
  BRYO_CO_TRY(plan, co_await plan_shard(address, before, mime));
  WriteOptions options{.custom = std::move(custom), .size_hint = plan.base.keep + upload.size()};
  if (how != PutMember::Replace) options.replaces = before ? before->stamp() : kNoObject;
  options.skip_previous = bool_of(request.query.get(wire::kQuerySkipPrevious).value_or("")).value_or(false);
  BRYO_CO_TRY(object, co_await services_.store.create(address.bucket, std::string(address.object), std::move(options)));
  ShardDraft draft(std::move(object), std::move(plan.base.writer), services_.blocking, request.executor);
  BRYO_CO_CHECK(co_await draft.start(plan.base));

  BRYO_CO_TRY(type, parse_checksum_type(checksum ? checksum->first : ""));
  Checksum computed(type);
  BRYO_CO_CHECK(co_await draft.begin(path, upload.size()));
  for (;;) {
    BRYO_CO_TRY(piece, co_await upload.next());
    if (piece.empty()) break;
    computed.update(piece);
    BRYO_CO_CHECK(co_await draft.content(piece));
  }
  if (checksum) {
    const std::string value = computed.finish();
    if (value != checksum->second) {
      co_return bad_checksum(checksum->first, checksum->second, value, path + " in " + address.uri());
    }
  }
  BRYO_CO_CHECK(co_await draft.end());
  BRYO_CO_CHECK(co_await draft.finish());
  BRYO_CO_TRY(stored, co_await draft.commit());
  (void)stored;
  metrics_.put_bytes->add(upload.size());
  co_return Response();
}

Task<Result<ObjectPtr>> ObjectApi::shard_before(const ObjectAddress& address, PutMember how) {
  if (how == PutMember::Replace) co_return ObjectPtr();
  auto opened = co_await open(address);
  const bool missing = !opened && opened.error().code() == Errc::NotFound;
  if (missing && how == PutMember::AppendOrCreate) co_return ObjectPtr();
  co_return opened;
}

Task<Result<ShardPlan>> ObjectApi::plan_shard(const ObjectAddress& address, ObjectPtr before, std::string mime) {
  ShardPlan plan;
  if (!before) {
    auto format = services_.archives.by_name(address.object);
    if (!format && mime.empty()) co_return unknown_extension(address.object);
    if (!format) {
      BRYO_CO_TRY(told, services_.archives.by_mime(mime));
      format = std::move(told);
    }
    BRYO_CO_TRY(writer, writer_of(*format));
    plan.base.writer = std::move(writer);
    co_return plan;
  }
  const std::string uri = address.uri();
  auto opened = co_await open_shard(address, before, std::move(mime));
  if (!opened) co_return cannot_append(uri, opened.error());
  std::function<Status()> begin = [&]() -> Status {
    BRYO_TRY(found, base_of(*opened, uri));
    plan.base = std::move(found);
    return {};
  };
  if (Status begun = co_await services_.blocking.run(std::move(begin)); !begun) {
    co_return cannot_append(uri, begun.error());
  }
  if (plan.base.copy) plan.base.writer = opened->format->make_writer();
  if (plan.base.memory == 0) co_return plan;
  BRYO_CO_TRY(memory, services_.memory.reserve(plan.base.memory, "a shard that is compressed anew"));
  plan.memory = std::move(memory);
  co_return plan;
}

}  // namespace bryo::kernel
