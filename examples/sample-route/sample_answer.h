#pragma once

#include <bryo/host.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "sample_metrics.h"
#include "sample_request.h"

namespace sample {

/// One answer while it is sent: a page of names is listed, those of the sample leave, the next page. Memory is that of
/// one page whatever the bucket holds; a client that reads slowly slows the listing down.
class SampleAnswer {
 public:
  /// `host` and `metrics` outlive the answer.
  SampleAnswer(bryo::Host& host, SampleMetrics& metrics, bryo::BucketPtr bucket, SampleRequest request,
               std::size_t page, std::chrono::steady_clock::time_point received)
      : host_(host),
        metrics_(metrics),
        bucket_(std::move(bucket)),
        request_(std::move(request)),
        page_(page),
        received_(received) {}

  bryo::Task<bryo::Status> send(bryo::BodySink& sink);

 private:
  bryo::Task<bryo::Status> send_lines(bryo::BodySink& sink, std::string lines);

  bryo::Host& host_;
  SampleMetrics& metrics_;
  const bryo::BucketPtr bucket_;
  const SampleRequest request_;
  const std::size_t page_;
  const std::chrono::steady_clock::time_point received_;
  bool begun_ = false;
};

}  // namespace sample
