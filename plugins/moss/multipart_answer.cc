#include "multipart_answer.h"

#include <random>
#include <string_view>
#include <utility>

#include "entry_loop.h"
#include "json_text.h"
#include "opaque.h"

namespace bryo::moss {
namespace {

/// 60 hexadecimal digits that no content can know beforehand.
std::string make_boundary() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string out;
  while (out.size() < 60) {
    auto bits = random();
    for (int i = 0; i < 8 && out.size() < 60; ++i, bits >>= 4) out.push_back(kDigits[bits & 15]);
  }
  return out;
}

void put_field(ArchiveBuffer& out, std::string_view key, std::string_view value) {
  out.append(key);
  append_json_string(out, value);
}

}  // namespace

MultipartAnswer::MultipartAnswer(WorkItem& item) : item_(item), source_(item), boundary_(make_boundary()) {}

Task<Status> MultipartAnswer::prepare() {
  auto found = co_await source_.find_sizes();
  if (!found) item_.note_failure(found.error());
  item_.promise_sizes();
  co_return found;
}

Task<Status> MultipartAnswer::send(BodySink& sink) {
  const auto sizes = item_.write_sizes();
  auto arena = item_.service().arenas.take(WorkItem::arena_size(sizes));
  BatchWriter writer(item_.format().make_writer(), *arena, sink, item_.service().host->blocking(), sizes);
  BRYO_CO_CHECK(co_await put_metadata(*arena, writer));
  EntryLoop loop(item_, source_, writer);
  auto ending = co_await loop.run();
  if (ending && *ending == EntryLoop::Ending::Whole) {
    BRYO_CO_CHECK(co_await writer.finish("\r\n--" + boundary_ + "--\r\n"));
    item_.note_sent();
    item_.succeed();
    co_return Status{};
  }
  const auto failure = ending ? loop.refusal() : ending.error();
  item_.note_failure(failure);
  co_return failure;
}

Task<Status> MultipartAnswer::put_metadata(ArchiveBuffer& out, BatchWriter& writer) {
  out.append("--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n");
  put_field(out, "{\"uuid\":", item_.job_id());
  out.append(std::string_view(",\"out\":["));
  for (std::size_t i = 0; i < item_.request().entries.size(); ++i) {
    if (i != 0) out.append(std::string_view(","));
    put_entry(out, i);
    if (!writer.flush_due()) continue;
    BRYO_CO_CHECK(co_await writer.flush());
    item_.note_sent();
  }
  out.append("]}\n\r\n--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"archive\"; filename=\"get-batch[" +
             item_.job_id() + "]\"\r\nContent-Type: application/octet-stream\r\n\r\n");
  co_return Status{};
}

/// get-batch.md section 4.2: these keys in this order.
void MultipartAnswer::put_entry(ArchiveBuffer& out, std::size_t number) const {
  const BatchEntry& entry = item_.request().entries[number];
  put_field(out, "{\"objname\":", entry.object);
  if (!entry.archpath.empty()) put_field(out, ",\"archpath\":", entry.archpath);
  put_field(out, ",\"bucket\":", item_.bucket_of(entry).name);
  put_field(out, ",\"provider\":", item_.bucket_of(entry).provider);
  if (const auto* why = item_.missing(number)) put_field(out, ",\"err_msg\":", *why);
  if (!entry.opaque.empty()) put_field(out, ",\"opaque\":", canonical_opaque(entry.opaque));
  out.append(",\"size\":" + std::to_string(source_.size_of(number)) + "}");
}

}  // namespace bryo::moss
