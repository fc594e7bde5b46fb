#include "archive_xaction.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace bryo::archive_job {
namespace {

constexpr std::size_t kPage = 1'000;
/// Of objects, read at once.
constexpr std::size_t kChunk = 256 << 10;
constexpr int kAttempts = 5;

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
  const InProgress running(settings_.running);
  std::unique_ptr<ObjectTurn> turn;
  if (order_->append) {
    BRYO_CO_TRY(taken, co_await host_.objects().take_turn(order_->destination, order_->name));
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
  BRYO_CO_TRY(memory, host_.memory().reserve(ShardDraft::memory(), "an archive that is written"));
  BRYO_CO_TRY(base, co_await find_base());
  BRYO_CO_TRY(draft, co_await open_draft(base, job));
  Window window{.selection = order_->selection, .names = {}, .open = {}};
  while (!job.aborted()) {
    BRYO_CO_CHECK(co_await fill(window, job));
    if (window.open.empty()) break;
    Source next = std::move(window.open.front());
    window.open.pop_front();
    BRYO_CO_CHECK(co_await add(std::move(next), *draft, job));
  }
  if (job.aborted()) co_return true;
  if (archived_ == 0) {
    co_return Error(Errc::NotFound, "empty archive " + order_->uri() + ": no object of " +
                                        order_->source->name().uri() + " could be read by [" +
                                        order_->selection.text() + "]; nothing was written");
  }
  BRYO_CO_CHECK(co_await draft->finish());
  auto stored = co_await draft->commit();
  if (!stored && order_->append && stored.error().code() == Errc::Conflict) co_return false;
  if (!stored) co_return stored.error();
  settings_.archives.add();
  job.log("wrote " + order_->uri() + ", " + std::to_string(archived_) + " objects, " + std::to_string(stored->size) +
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
  if (shard.format->spec.name != order_->format->spec.name) {
    co_return Error(Errc::InvalidArgument, order_->uri() + " is of format " + shard.format->spec.name +
                                               ", and nothing of format " + order_->format->spec.name +
                                               " can be appended to it: leave out \"mime\", or choose another name");
  }
  base = std::move(shard);
  co_return base;
}

Task<Result<std::unique_ptr<ShardDraft>>> ArchiveXaction::open_draft(const std::optional<Shard>& base,
                                                                     XactionContext& job) {
  ShardBase start;
  if (base) {
    std::function<Status()> work = [&, this]() -> Status {
      BRYO_TRY(found, base_of(*base, order_->uri()));
      start = std::move(found);
      return {};
    };
    BRYO_CO_CHECK(co_await host_.blocking().run(std::move(work)));
  }
  if (!start.writer) start.writer = order_->format->make_writer();
  WriteOptions options;
  if (order_->append) options.replaces = base ? base->object->stamp() : kNoObject;
  BRYO_CO_TRY(object, co_await host_.objects().create(order_->destination, order_->name, std::move(options)));
  auto executor = co_await boost::asio::this_coro::executor;
  auto draft =
      std::make_unique<ShardDraft>(std::move(object), std::move(start.writer), host_.blocking(), std::move(executor));
  const ShardDraft::Stopped stopped = [&job] { return job.aborted(); };
  BRYO_CO_TRY(memory, host_.memory().reserve(start.memory, "an archive that is compressed anew"));
  BRYO_CO_CHECK(co_await draft->start(start, stopped));
  co_return draft;
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

Task<Status> ArchiveXaction::add(Source source, ShardDraft& draft, XactionContext& job) {
  // The first part is read before the member begins: what cannot be read at all can still be left out.
  std::vector<std::byte> chunk(std::min<std::uint64_t>(kChunk, source.size));
  if (auto status = co_await read(*source.object, source.offset, chunk); !status) {
    co_return leave_out(status.error(), job);
  }
  BRYO_CO_CHECK(co_await draft.begin(order_->entry_name(source.name), source.size));
  for (std::uint64_t at = 0; at < source.size;) {
    const auto part = MutableBytes(chunk).first(std::min<std::uint64_t>(chunk.size(), source.size - at));
    if (at > 0) BRYO_CO_CHECK(co_await read(*source.object, source.offset + at, part));
    BRYO_CO_CHECK(co_await draft.content(part));
    at += part.size();
    if (job.aborted()) co_return Status{};
  }
  BRYO_CO_CHECK(co_await draft.end());
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
