#include "sample_answer.h"

#include <utility>

namespace sample {

using bryo::Status;
using bryo::Task;

Task<Status> SampleAnswer::send(bryo::BodySink& sink) {
  bryo::ObjectQuery query{.prefix = request_.prefix, .limit = page_};
  for (bool more = true; more;) {
    BRYO_CO_TRY(page, co_await host_.objects().list(bucket_, query));
    std::string lines;
    std::uint64_t count = 0;
    for (const auto& object : page.objects) {
      if (!request_.takes(object.name)) continue;
      lines += json_line(object.name, object.size);
      ++count;
    }
    if (count > 0) BRYO_CO_CHECK(co_await send_lines(sink, std::move(lines)));
    metrics_.names.add(count);
    more = page.more && !page.objects.empty();
    if (more) query.after = page.objects.back().name;
  }
  co_return Status{};
}

Task<Status> SampleAnswer::send_lines(bryo::BodySink& sink, std::string lines) {
  if (!std::exchange(begun_, true)) metrics_.first_line.observe(host_.clock().now() - received_);
  const bryo::BytesView pieces[] = {bryo::as_bytes(lines)};
  const Status sent = co_await sink.write(pieces);
  if (!sent) metrics_.aborted.add();
  co_return sent;
}

}  // namespace sample
