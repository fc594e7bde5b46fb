#include "sample_plugin.h"

#include <memory>

#include "sample_answer.h"
#include "sample_request.h"

namespace sample {

using bryo::Response;
using bryo::Result;
using bryo::Status;
using bryo::Task;

Status SamplePlugin::declare(bryo::Registrar& registrar) {
  page_ = registrar.option<std::int64_t>({.key = "page",
                                          .default_value = 1'000,
                                          .min = 1,
                                          .max = 100'000,
                                          .doc = "Names that are listed at once.",
                                          .hot = true});
  metrics_.emplace(registrar);
  // The kernel asks for the right and refuses bodies before the handler sees a request.
  registrar.route({.verb = bryo::Verb::Get,
                   .pattern = "/v1/sample/*",
                   .doc = "Streams a reproducible sample of a bucket's names as lines of JSON.",
                   .role = bryo::Role::Target,
                   .access = bryo::Access::Read,
                   .body_limit = 0},
                  [this](bryo::Request& request) { return answer(request); });
  return {};
}

Task<Status> SamplePlugin::start(bryo::Host& host) {
  host_ = &host;
  co_return Status{};
}

/// What is wrong is answered before the first byte, with its status; afterwards all that can be done is to tear the
/// connection, which the server does when `produce` fails.
Task<Result<Response>> SamplePlugin::answer(bryo::Request& request) {
  BRYO_CO_TRY(wanted, parse_request(request));
  BRYO_CO_TRY(bucket, host_->buckets().find(wanted.bucket));
  BRYO_CO_CHECK(host_->buckets().check_access(*bucket, bryo::BucketAccess::Get));
  auto sample = std::make_shared<SampleAnswer>(*host_, *metrics_, std::move(bucket), std::move(wanted),
                                               static_cast<std::size_t>(*page_), request.received);
  Response response;
  response.headers.add("Content-Type", "application/x-ndjson");
  // The closure owns the answer, and the server keeps the closure until its coroutine has ended.
  response.body = bryo::StreamBody{.produce = [sample](bryo::BodySink& sink) { return sample->send(sink); }};
  co_return response;
}

}  // namespace sample

BRYO_PLUGIN(sample, sample::SamplePlugin, "0.1.0", "Samples the names of a bucket.");
