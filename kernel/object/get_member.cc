#include <kernel/object/object_api.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/byte_range.h>

#include <functional>
#include <memory>

namespace bryo::kernel {
namespace {

/// A member on its way out of a compressed archive.
struct DecodedMember {
  Shard shard;
  Member member;
  ByteRange part;
  std::string label;
  std::unique_ptr<Reservation> memory;
  BlockingPool& blocking;
  ArchiveBuffer bytes{};

  Status decode() {
    bytes.reserve(part.length);
    const std::function<Status(std::size_t, BytesView)> keep = [&](std::size_t, BytesView piece) -> Status {
      bytes.append(piece.first(std::min<std::size_t>(piece.size(), part.length - bytes.size())));
      return {};
    };
    const MemberPart wanted{member, part.offset, part.length};
    BRYO_CHECK(shard.format->reader->extract(*shard.object, label, *shard.index, {&wanted, 1}, keep));
    if (bytes.size() == part.length) return {};
    return Error(Errc::InvalidArgument, "unexpected EOF: member \"" + std::string(member.name) + "\" of " + label +
                                            " is shorter than its " + std::to_string(member.size) + " bytes");
  }
};

Task<Status> send_decoded(std::shared_ptr<DecodedMember> decoded, BodySink& sink) {
  std::function<Status()> work = [decoded] { return decoded->decode(); };
  BRYO_CO_CHECK(co_await decoded->blocking.run(std::move(work)));
  const BytesView pieces[] = {decoded->bytes.view()};
  co_return co_await sink.write(std::span(pieces).first(decoded->bytes.empty() ? 0 : 1));
}

/// Fails with TooManyRequests when memory does not hold what was asked for.
Result<StreamBody> decoded_body(const DataServices& services, Shard shard, const Member& member, ByteRange part,
                                std::string label) {
  BRYO_TRY(memory, services.memory.reserve(part.length, "a decoded member"));
  auto decoded = std::make_shared<DecodedMember>(DecodedMember{.shard = std::move(shard),
                                                               .member = member,
                                                               .part = part,
                                                               .label = std::move(label),
                                                               .memory = std::move(memory),
                                                               .blocking = services.blocking});
  return StreamBody{.length = part.length,
                    .produce = [decoded](BodySink& sink) { return send_decoded(decoded, sink); }};
}

}  // namespace

Task<Result<Shard>> ObjectApi::open_shard(const ObjectAddress& address, const ObjectPtr& object, std::string mime) {
  services_.store.touch(*object);
  if (mime.empty()) {
    if (auto shard = services_.archives.try_open(object)) co_return *std::move(shard);
  }
  co_return co_await services_.archives.open_as(object, address.uri(), std::move(mime));
}

Error ObjectApi::member_missing(const std::string& what, const ObjectAddress& address) const {
  return Error(Errc::NotFound,
               "t[" + services_.node.target_id + "]: " + what + " in " + address.uri() + " does not exist",
               wire::kErrNotFound);
}

Result<Member> ObjectApi::find_member(const Shard& shard, const std::string& archpath,
                                      const ObjectAddress& address) const {
  if (const auto member = shard.index->find(archpath)) return *member;
  BRYO_CHECK(shard.index->why_missing(archpath));  // a damaged shard may have held it
  return member_missing(archpath, address);
}

Task<Result<Response>> ObjectApi::get_member(Request& request, ObjectAddress address, ObjectPtr object,
                                             ReadOptions options) {
  const std::string& archpath = options.archpath;
  BRYO_CO_TRY(shard, co_await open_shard(address, object, std::move(options.archmime)));
  BRYO_CO_TRY(member, find_member(shard, archpath, address));
  Response response;
  ByteRange part{.offset = 0, .length = member.size};
  if (const auto header = request.headers.get("Range")) {
    BRYO_CO_TRY(range, parse_range(*header, member.size, archpath + " in " + address.uri()));
    if (range) {
      part = *range;
      response.status = 206;
      response.headers.add("Accept-Ranges", "bytes");
      response.headers.add("Content-Range", content_range(part, member.size));
    }
  }
  response.headers.add("Content-Type", std::string(wire::kTypeOctets));
  if (!member.stored) {
    BRYO_CO_TRY(decoded, decoded_body(services_, std::move(shard), member, part, address.uri()));
    response.body = std::move(decoded);
    co_return response;
  }
  response.body = ObjectBody{.object = std::move(object), .offset = member.offset + part.offset, .length = part.length};
  co_return response;
}

}  // namespace bryo::kernel
