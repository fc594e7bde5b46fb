#include <kernel/object/object_api.h>

#include <bryo/archive_pieces.h>
#include <bryo/member_copy.h>
#include <kernel/wire/api_names.h>

#include <functional>
#include <memory>

namespace bryo::kernel {
namespace {

/// Stored members this large go from file to socket.
constexpr std::uint64_t kSendFrom = 128 << 10;

/// All matching members of a shard, as one archive.
struct MatchingMembers {
  Shard shard;
  MemberCopy copy;
  ArchiveOutput out;
  BlockingPool& blocking;
  std::unique_ptr<Reservation> memory;
};

Task<Status> send_members(std::shared_ptr<MatchingMembers> members, BodySink& sink) {
  auto& [shard, copy, out, blocking, memory] = *members;
  const std::uint64_t leave_from = out.verbatim() ? kSendFrom : ~std::uint64_t{0};
  while (!copy.done()) {
    const Member* const next = copy.next();
    if (next != nullptr && next->stored && next->size >= leave_from) {
      BRYO_CO_CHECK(out.begin(next->name, next->size));
      BRYO_CO_CHECK(co_await sink.send_object(out.bytes().view(), shard.object, next->offset, next->size));
      out.bytes().clear();
      BRYO_CO_CHECK(out.end());
      copy.skip();
      continue;
    }
    std::function<Status()> step = [members, leave_from]() -> Status {
      BRYO_CHECK(members->copy.step(members->out, leave_from));
      return compress_pieces(members->out.writer(), members->out.bytes());
    };
    BRYO_CO_CHECK(co_await blocking.run(std::move(step)));
    if (out.bytes().size() < kSendFrom) continue;
    const BytesView pieces[] = {out.bytes().view()};
    BRYO_CO_CHECK(co_await sink.write(pieces));
    out.bytes().clear();
  }
  std::function<Status()> finish = [members]() -> Status {
    BRYO_CHECK(members->out.finish());
    return compress_pieces(members->out.writer(), members->out.bytes());
  };
  BRYO_CO_CHECK(co_await blocking.run(std::move(finish)));
  const BytesView pieces[] = {out.bytes().view()};
  co_return co_await sink.write_last(pieces);
}

/// Members that match, in archive order. Blocks: there may be millions of names.
std::vector<Member> matching(const MemberIndex& index, const MemberMatch& match) {
  std::vector<Member> members;
  index.for_each([&](const Member& member) {
    if (match.matches(member.name)) members.push_back(member);
    return true;
  });
  return members;
}

}  // namespace

Task<Result<Response>> ObjectApi::get_members(Request& request, ObjectAddress address, ObjectPtr object,
                                              ReadOptions options) {
  const MemberMatch& match = *options.match;
  if (const auto range = request.headers.get("Range"); range && !range->empty()) {
    co_return Error(Errc::Unsupported,
                    "cannot range-read archived content range: " + std::string(*range) +
                        ", arch query: " + match.text() + " - operation not supported",
                    wire::kErrUnsupported)
        .with_status(400);
  }
  const auto tar = services_.archives.by_mime("");
  if (!tar || !(*tar)->make_writer) {
    co_return Error(
        Errc::Unsupported,
        "cannot read many archived files in one call: they are answered as a TAR, and no plugin writes one; "
        "enable archive_tar - operation not supported",
        wire::kErrUnsupported);
  }
  BRYO_CO_TRY(shard, co_await open_shard(address, object, std::move(options.archmime)));
  std::vector<Member> members;
  std::function<Status()> choose = [&]() -> Status {
    members = matching(*shard.index, match);
    // Without those that cannot be read, the answer would be taken for all that match.
    return shard.index->why_unreadable([&match](std::string_view name) { return match.matches(name); });
  };
  BRYO_CO_CHECK(co_await services_.blocking.run(std::move(choose)));
  BRYO_CO_CHECK(shard.index->damage());  // what follows the damage may match too
  if (members.empty()) co_return member_missing(match.text(), address);

  const std::size_t names = members.size() * sizeof(Member);
  MemberCopy copy(shard, address.uri(), std::move(members));
  BRYO_CO_TRY(memory, services_.memory.reserve(names + copy.most(), "archived files"));
  Response response;
  response.headers.add("Content-Type", (*tar)->spec.content_type);
  auto body = std::make_shared<MatchingMembers>(MatchingMembers{.shard = std::move(shard),
                                                                .copy = std::move(copy),
                                                                .out = ArchiveOutput((*tar)->make_writer()),
                                                                .blocking = services_.blocking,
                                                                .memory = std::move(memory)});
  response.body =
      StreamBody{.length = std::nullopt, .produce = [body](BodySink& sink) { return send_members(body, sink); }};
  co_return response;
}

}  // namespace bryo::kernel
