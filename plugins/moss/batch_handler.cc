#include "batch_handler.h"

#include <algorithm>
#include <random>
#include <utility>

#include "batch_request.h"
#include "bucket_names.h"
#include "multipart_answer.h"
#include "stream_answer.h"

namespace bryo::moss {
namespace {

/// Bodies up to this size are read into memory of the announced size; for longer ones it grows with what arrives.
constexpr std::uint64_t kTrusted = 1 << 20;
/// What parsing takes beside the body: positions of everything structural.
constexpr std::uint64_t kParsing = 1;

constexpr int kRetryAfterSeconds = 1;

std::string random_text(std::size_t n) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  thread_local std::minstd_rand random{std::random_device()()};
  std::uniform_int_distribution<std::size_t> any(0, kAlphabet.size() - 1);
  std::string out;
  while (out.size() < n) out.push_back(kAlphabet[any(random)]);
  return out;
}

Response answer_with(std::string content_type, std::function<Task<Status>(BodySink&)> produce) {
  Response response;
  response.headers.add("Content-Type", std::move(content_type));
  response.body = StreamBody{.produce = std::move(produce)};
  return response;
}

/// Keeps the work item for as long as the response.
struct BufferedAnswer {
  explicit BufferedAnswer(std::shared_ptr<WorkItem> work) : item(std::move(work)), multipart(*item) {}
  std::shared_ptr<WorkItem> item;
  MultipartAnswer multipart;
};

}  // namespace

Task<Result<Response>> BatchHandler::handle(Request& request) {
  BRYO_CO_TRY(url, parse_moss_url(request));
  BucketPtr url_bucket;
  if (url.bucket) {
    BRYO_CO_TRY(found, co_await host().buckets().find_or_add(*url.bucket));
    url_bucket = std::move(found);
  }
  BRYO_CO_TRY(item, co_await make_item(request, url_bucket));
  if (item->request().streaming) {
    auto response =
        answer_with(item->format().spec.content_type, [item](BodySink& sink) { return stream_answer(*item, sink); });
    response.headers.add("Trailer", std::string(kErrorTrailer));
    co_return response;
  }
  const auto answer = std::make_shared<BufferedAnswer>(std::move(item));
  BRYO_CO_CHECK(co_await answer->multipart.prepare());
  co_return answer_with(answer->multipart.content_type(),
                        [answer](BodySink& sink) { return answer->multipart.send(sink); });
}

Task<Result<std::shared_ptr<WorkItem>>> BatchHandler::make_item(Request& request, BucketPtr url_bucket) {
  WorkItem::Parts parts;
  parts.received = request.received;
  BRYO_CO_TRY(job, host().xactions().acquire("get-batch"));
  parts.job = std::move(job);
  parts.name = {.job_id = parts.job->id(), .bucket_uri = url_bucket ? url_bucket->name().uri() : "", .wid = make_wid()};
  parts.slot = std::make_unique<PendingSlot>(service_);
  if (!parts.slot->taken()) {
    co_return rejected(parts.name, "rejected: pending=" + std::to_string(service_.pending.taken()));
  }
  parts.memory = std::make_unique<BatchMemory>(host().memory(), service_.metrics.memory);
  const auto arena = WorkItem::arena_size({.send_from = service_.options.sendfile_from.get().bytes});
  if (auto taken = parts.memory->take(arena); !taken) co_return short_of_memory(parts.name, taken.error());

  auto body = co_await read_body(request, *parts.memory);
  if (!body && body.error().code() == Errc::TooManyRequests) co_return short_of_memory(parts.name, body.error());
  if (!body) co_return std::move(body).error();
  parts.body = *std::move(body);
  const BatchLimits limits{.entries = static_cast<std::size_t>(*service_.options.max_entries)};
  BRYO_CO_TRY(parsed, parse_batch_request(as_text(parts.body.view()), limits));
  parts.request = std::move(parsed);
  const auto entries = parts.request.entries.capacity() *
                       (sizeof(BatchEntry) + (parts.request.streaming ? 0 : SizedSource::kMemoryOfAnEntry));
  if (auto taken = parts.memory->take(entries); !taken) co_return short_of_memory(parts.name, taken.error());

  co_await add_remote_buckets(parts.request);
  BRYO_CO_TRY(buckets, resolve_buckets(parts.request, std::move(url_bucket), host().buckets()));
  parts.buckets = std::move(buckets);
  BRYO_CO_TRY(format, check_flags(parts.request));
  parts.format = std::move(format);
  co_return std::make_shared<WorkItem>(service_, std::move(parts));
}

/// Buckets of backends are known from their first use. What is wrong with one, `resolve_buckets` says in its turn.
Task<void> BatchHandler::add_remote_buckets(const BatchRequest& request) const {
  for (const BucketReference& reference : request.buckets) {
    if (reference.is_default()) continue;
    auto name = parse_reference(reference);
    if (!name || !is_remote(*name)) continue;
    auto added = co_await host().buckets().find_or_add(*std::move(name));
    static_cast<void>(added);
  }
}

Task<Result<ArchiveBuffer>> BatchHandler::read_body(Request& request, BatchMemory& memory) const {
  const auto limit = service_.options.max_body.get().bytes;
  const auto too_large = [limit] {
    return Error(Errc::TooLarge, "the body of a batch request may have " + std::to_string(limit) +
                                     " bytes: split it, or raise [plugin.moss] max_body");
  };
  ArchiveBuffer body;
  if (request.body_stream == nullptr) co_return body;
  std::uint64_t room = kTrusted / 16;
  if (request.content_length) {
    if (*request.content_length > limit) co_return too_large();
    room = std::clamp<std::uint64_t>(*request.content_length, 1, kTrusted);
  }
  for (std::uint64_t size = 0;;) {
    BRYO_CO_CHECK(memory.take((room - size) * (1 + kParsing)));
    body.reserve(room + kBodyPadding);
    while (size < room) {
      const auto part = body.grow(room - size);
      BRYO_CO_TRY(n, co_await request.body_stream->read(part));
      size += n;
      body.truncate(size);
      if (n == 0 || size == request.content_length) co_return body;
    }
    if (size > limit) co_return too_large();
    room = std::min(2 * room, limit + 1);
  }
}

Result<std::shared_ptr<const ArchiveFormat>> BatchHandler::check_flags(const BatchRequest& request) const {
  if (request.wrong_flag) {
    return Error(Errc::InvalidArgument, "t[" + host().node().target_id + "]: " + request.wrong_flag->message());
  }
  BRYO_TRY(format, host().archives().by_mime(request.mime));
  if (!format->make_writer) {
    return Error(Errc::Unsupported, "archives of format " + format->spec.name + " can be read here, not written");
  }
  return format;
}

Error BatchHandler::rejected(const WorkItemName& name, std::string why) const {
  service_.metrics.failed.add();
  return Error(Errc::TooManyRequests, name.text() + " " + std::move(why), "ErrTooManyRequests")
      .with_retry_after(kRetryAfterSeconds);
}

Error BatchHandler::short_of_memory(const WorkItemName& name, const Error& error) const {
  if (error.code() != Errc::TooManyRequests) return error;  // it will never fit
  return rejected(name, "rejected due to resource pressure (" + error.message() + ")");
}

std::string BatchHandler::make_wid() const { return host().node().gateway_id.substr(0, 7) + "-" + random_text(5); }

}  // namespace bryo::moss
