#include "archive_xaction.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace bryo::archive_job {
namespace {

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kChunk = ArchiveOutput::kChunk;
/// What is decoded at once of an archive that must be written anew; a large member takes several times that.
constexpr std::uint64_t kDecoded = 4 << 20;
constexpr std::uint64_t kDecodedOfLarge = 32 << 20;
constexpr int kAttempts = 5;

/// Counts a run while it lasts, however it ends.
class Running {
 public:
  explicit Running(Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
  ~Running() { gauge_.add(-1); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Gauge& gauge_;
};

/// No archive has a member of this name, so that the index tells only whether it is whole.
constexpr const char* kNoMember = "\x01";

}  // namespace

XactionKind archive_kind() {
  return {.name = "archive",
          .doc = "Writes objects of a bucket into one archive.",
          .scope = XactionScope::Bucket,
          .startable = false,
          .reports_status = true,
          .conflicts = {"move-bck"},
          .actions = {{.verb = Verb::Put, .name = "archive"}},
          .permissions = {BucketAccess::Get, BucketAccess::ListObjects}};
}

Task<Result<XactionPlan>> ArchiveXaction::prepare(XactionRequest& request) {
  BRYO_CO_TRY(order, ArchiveOrder::read(request, host_));
  order_ = std::move(order);
  XactionPlan plan;
  plan.destination = order_->destination;
  co_return plan;
}

Task<Status> ArchiveXaction::run(XactionContext& job) {
  const Running running(settings_.running);
  std::unique_ptr<Turns::Turn> turn;
  if (order_->append) {
    BRYO_CO_TRY(taken, co_await turns_.take(order_->destination->uname() + order_->name));
    turn = std::move(taken);
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    archived_ = 0;
    job.stats().local_objects = 0;
    job.stats().local_bytes = 0;
    BRYO_CO_TRY(done, co_await write(job));
    if (done) co_return Status{};
  }
  co_return Error(Errc::Conflict, order_->uri() + " was changed by others " + std::to_string(kAttempts) +
                                      " times while objects were appended to it; nothing was written");
}

Task<Result<bool>> ArchiveXaction::write(XactionContext& job) {
  BRYO_CO_TRY(memory, host_.memory().reserve(ArchiveOutput::memory(), "an archive that is written"));
  BRYO_CO_TRY(base, co_await find_base());
  BRYO_CO_TRY(output, co_await open_output(base, job));
  Window window{.selection = order_->selection, .names = {}, .open = {}};
  while (!job.aborted()) {
    BRYO_CO_CHECK(co_await fill(window, job));
    if (window.open.empty()) break;
    Source next = std::move(window.open.front());
    window.open.pop_front();
    BRYO_CO_CHECK(co_await add(std::move(next), *output, job));
  }
  if (job.aborted()) co_return true;
  if (archived_ == 0) {
    co_return Error(Errc::NotFound, "empty archive " + order_->uri() + ": no object of " +
                                        order_->source->name().uri() + " could be read by [" +
                                        order_->selection.text() + "]; nothing was written");
  }
  BRYO_CO_CHECK(co_await output->finish());
  BRYO_CO_TRY(same, co_await unchanged(base));
  if (!same) co_return false;
  BRYO_CO_TRY(stored, co_await output->commit());
  settings_.archives.add();
  job.log("wrote " + order_->uri() + ", " + std::to_string(archived_) + " objects, " + std::to_string(stored.size) +
          " bytes");
  co_return true;
}

Task<Result<std::optional<Shard>>> ArchiveXaction::find_base() {
  std::optional<Shard> base;
  if (!order_->append) co_return base;
  auto object = co_await host_.objects().open(order_->destination, order_->name);
  if (!object && object.error().code() == Errc::NotFound) co_return base;
  if (!object) co_return object.error();
  BRYO_CO_TRY(shard, co_await host_.archives().open(*object, order_->uri()));
  // Behind a damage nothing can be appended, and without it the rest would be lost in silence.
  BRYO_CO_CHECK(shard.index->why_missing(kNoMember));
  if (shard.format->spec.name != order_->format->spec.name) {
    co_return Error(Errc::InvalidArgument, order_->uri() + " is of format " + shard.format->spec.name +
                                               ", and nothing of format " + order_->format->spec.name +
                                               " can be appended to it: leave out \"mime\", or choose another name");
  }
  base = std::move(shard);
  co_return base;
}

Task<Result<bool>> ArchiveXaction::unchanged(const std::optional<Shard>& base) {
  if (!order_->append) co_return true;
  const auto now = co_await host_.objects().open(order_->destination, order_->name);
  if (!now && now.error().code() != Errc::NotFound) co_return now.error();
  if (!now || !base) co_return !now && !base;
  co_return (*now)->stamp() == base->object->stamp();
}

Task<Result<std::unique_ptr<ArchiveOutput>>> ArchiveXaction::open_output(const std::optional<Shard>& base,
                                                                         XactionContext& job) {
  std::optional<ArchiveContinuation> continued;
  if (base) {
    std::function<Status()> work = [&, this]() -> Status {
      auto found = base->format->reader->continue_after(*base->object, order_->uri(), *base->index);
      if (!found) return found.error().code() == Errc::Unsupported ? Status() : Status(found.error());
      continued = *std::move(found);
      return {};
    };
    BRYO_CO_CHECK(co_await host_.blocking().run(std::move(work)));
  }
  BRYO_CO_TRY(object, co_await host_.objects().create(order_->destination, order_->name, {}));
  auto writer = continued ? std::move(continued->writer) : order_->format->make_writer();
  auto executor = co_await boost::asio::this_coro::executor;
  auto output =
      std::make_unique<ArchiveOutput>(std::move(writer), std::move(object), host_.blocking(), std::move(executor));
  if (continued) {
    std::vector<std::byte> chunk(kChunk);
    for (std::uint64_t at = 0; at < continued->keep && !job.aborted();) {
      const auto part = MutableBytes(chunk).first(std::min<std::uint64_t>(kChunk, continued->keep - at));
      BRYO_CO_CHECK(co_await read(*base->object, at, part));
      BRYO_CO_CHECK(co_await output->keep(part));
      at += part.size();
    }
  } else if (base) {
    BRYO_CO_CHECK(co_await copy_members(*base, *output, job));
  }
  co_return output;
}

Task<Status> ArchiveXaction::copy_members(const Shard& base, ArchiveOutput& output, XactionContext& job) {
  std::vector<Member> members;
  base.index->for_each([&](const Member& member) {
    members.push_back(member);
    return true;
  });
  BRYO_CO_TRY(memory,
              host_.memory().reserve(members.size() * sizeof(Member) + kDecodedOfLarge, "an archive written anew"));
  std::vector<MemberPart> parts;
  std::uint64_t gathered = 0;
  for (std::size_t i = 0; i <= members.size() && !job.aborted(); ++i) {
    const bool decode = i < members.size() && !members[i].stored && members[i].size <= kDecoded;
    if (!parts.empty() && (!decode || gathered + members[i].size > kDecoded)) {
      BRYO_CO_CHECK(co_await copy_decoded(base, std::exchange(parts, {}), output));
      gathered = 0;
    }
    if (i == members.size()) break;
    if (decode) {
      parts.push_back({members[i], 0, members[i].size});
      gathered += members[i].size;
    } else {
      BRYO_CO_CHECK(co_await copy_large(base, members[i], output, job));
    }
  }
  co_return Status{};
}

Task<Status> ArchiveXaction::copy_decoded(const Shard& base, std::vector<MemberPart> parts, ArchiveOutput& output) {
  std::vector<std::vector<std::byte>> decoded(parts.size());
  std::function<Status()> work = [&, this]() -> Status {
    const std::function<Status(std::size_t, BytesView)> sink = [&](std::size_t i, BytesView bytes) -> Status {
      decoded[i].insert(decoded[i].end(), bytes.begin(), bytes.end());
      return {};
    };
    BRYO_CHECK(base.format->reader->extract(*base.object, order_->uri(), *base.index, parts, sink));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (decoded[i].size() == parts[i].length) continue;
      return Error(Errc::InvalidArgument, "member \"" + std::string(parts[i].member.name) + "\" of " + order_->uri() +
                                              " is not as long as the archive says; it cannot be continued");
    }
    return {};
  };
  BRYO_CO_CHECK(co_await host_.blocking().run(std::move(work)));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const MemberPart& part = parts[i];
    if (part.offset == 0) BRYO_CO_CHECK(co_await output.begin(std::string(part.member.name), part.member.size));
    for (BytesView rest = decoded[i]; !rest.empty(); rest = rest.subspan(std::min(kChunk, rest.size()))) {
      BRYO_CO_CHECK(co_await output.content(rest.first(std::min(kChunk, rest.size()))));
    }
    if (part.offset + part.length == part.member.size) BRYO_CO_CHECK(co_await output.end());
  }
  co_return Status{};
}

Task<Status> ArchiveXaction::copy_large(const Shard& base, Member member, ArchiveOutput& output, XactionContext& job) {
  if (!member.stored) {
    for (std::uint64_t at = 0; at < member.size && !job.aborted(); at += kDecodedOfLarge) {
      std::vector<MemberPart> part{{member, at, std::min(kDecodedOfLarge, member.size - at)}};
      BRYO_CO_CHECK(co_await copy_decoded(base, std::move(part), output));
    }
    co_return Status{};
  }
  std::vector<std::byte> chunk(kChunk);
  BRYO_CO_CHECK(co_await output.begin(std::string(member.name), member.size));
  for (std::uint64_t at = 0; at < member.size && !job.aborted();) {
    const auto part = MutableBytes(chunk).first(std::min<std::uint64_t>(kChunk, member.size - at));
    BRYO_CO_CHECK(co_await read(*base.object, member.offset + at, part));
    BRYO_CO_CHECK(co_await output.content(part));
    at += part.size();
  }
  if (job.aborted()) co_return Status{};
  co_return co_await output.end();
}

Task<Status> ArchiveXaction::fill(Window& window, XactionContext& job) {
  const auto ahead = static_cast<std::size_t>(*settings_.open_ahead);
  while (window.open.size() < ahead && !window.ended && !job.aborted()) {
    if (window.next == window.names.size()) {
      BRYO_CO_TRY(names, co_await window.selection.next(host_.objects(), order_->source, kPage));
      window.names = std::move(names);
      window.next = 0;
      window.ended = window.names.empty();
      continue;
    }
    std::string& name = window.names[window.next++];
    const bool listed = window.selection.mode() == ObjectSelection::Mode::List;
    const bool itself = name == order_->name && order_->source->id() == order_->destination->id();
    if (itself && !listed) continue;
    auto object = host_.objects().try_open(*order_->source, name);
    if (!object) object = co_await host_.objects().open(order_->source, name);
    if (!*object) {
      const bool missing = object->error().code() == Errc::NotFound;
      if (missing && !listed) continue;
      BRYO_CO_CHECK(leave_out(object->error(), job));
      continue;
    }
    (**object)->will_need(0, std::min<std::uint64_t>((**object)->size(), kChunk));
    window.open.push_back({std::move(name), **object, 0, (**object)->size()});
  }
  co_return Status{};
}

Task<Status> ArchiveXaction::add(Source source, ArchiveOutput& output, XactionContext& job) {
  // The first part is read before the member begins: what cannot be read at all can still be left out.
  std::vector<std::byte> chunk(std::min<std::uint64_t>(kChunk, source.size));
  if (auto status = co_await read(*source.object, source.offset, chunk); !status) {
    co_return leave_out(status.error(), job);
  }
  BRYO_CO_CHECK(co_await output.begin(order_->entry_name(source.name), source.size));
  for (std::uint64_t at = 0; at < source.size;) {
    const auto part = MutableBytes(chunk).first(std::min<std::uint64_t>(chunk.size(), source.size - at));
    if (at > 0) BRYO_CO_CHECK(co_await read(*source.object, source.offset + at, part));
    BRYO_CO_CHECK(co_await output.content(part));
    at += part.size();
    if (job.aborted()) co_return Status{};
  }
  BRYO_CO_CHECK(co_await output.end());
  ++archived_;
  job.stats().local_objects += 1;
  job.stats().local_bytes += static_cast<std::int64_t>(source.size);
  settings_.objects.add();
  settings_.bytes.add(source.size);
  co_return Status{};
}

Status ArchiveXaction::leave_out(const Error& why, XactionContext& job) {
  if (!order_->continue_on_error || why.code() == Errc::Cancelled) return why;
  settings_.left_out.add();
  job.soft_error(why.message());
  return {};
}

Task<Status> ArchiveXaction::read(const OpenObject& object, std::uint64_t offset, MutableBytes into) {
  if (into.empty()) co_return Status{};
  if (auto status = object.try_read(offset, into)) co_return *std::move(status);
  co_return co_await object.read(offset, into);
}

}  // namespace bryo::archive_job
