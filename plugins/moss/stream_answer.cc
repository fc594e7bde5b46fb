#include "stream_answer.h"

#include <string>
#include <utility>

#include "entry_loop.h"
#include "json_text.h"

namespace bryo::moss {
namespace {

std::string trailer_text(const Error& error) {
  std::string out = "{";
  if (!error.tcode().empty()) {
    out += "\"tcode\":";
    append_json_string(out, error.tcode());
    out += ',';
  }
  out += "\"message\":";
  append_json_string(out, error.message());
  return out.append(",\"status\":").append(std::to_string(error.status())).append("}");
}

}  // namespace

Task<Status> stream_answer(WorkItem& item, BodySink& sink) {
  const auto sizes = item.write_sizes();
  auto arena = item.service().arenas.take(WorkItem::arena_size(sizes));
  BatchWriter writer(item.format().make_writer(), *arena, sink, item.service().host->blocking(), sizes);
  EntryLoop loop(item, item.source(), writer);
  auto ending = co_await loop.run();
  if (!ending) {
    item.note_failure(ending.error());
    co_return std::move(ending).error();
  }
  if (*ending == EntryLoop::Ending::Refused) {
    item.note_failure(loop.refusal());
    if (*item.service().options.late_failure == "abort") co_return loop.refusal();
    sink.trailer(std::string(kErrorTrailer), trailer_text(loop.refusal()));
  }
  BRYO_CO_CHECK(co_await writer.finish());
  item.note_sent();
  if (*ending == EntryLoop::Ending::Whole) item.succeed();
  co_return Status{};
}

}  // namespace bryo::moss
