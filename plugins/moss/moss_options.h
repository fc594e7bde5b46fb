#pragma once

/// The section [plugin.moss].

#include <bryo/registrar.h>

#include <chrono>
#include <string>

namespace bryo::moss {

struct MossOptions {
  explicit MossOptions(Registrar& r)
      : max_entries(r.option<std::int64_t>({.key = "max_entries",
                                            .default_value = 1'000'000,
                                            .min = 1,
                                            .max = 10'000'000,
                                            .doc = "Entries accepted in one batch; more is refused with 413.",
                                            .hot = true})),
        max_body(r.option<Size>({.key = "max_body",
                                 .default_value = 256_MiB,
                                 .min = 64_KiB,
                                 .max = kMaxBody,
                                 .doc = "Bytes accepted as the body of a request; more is refused with 413.",
                                 .hot = true})),
        max_pending(
            r.option<std::int64_t>({.key = "max_pending",
                                    .default_value = 256,
                                    .min = 1,
                                    .max = 100'000,
                                    .doc = "Batches answered at a time; more are refused with 429 and Retry-After.",
                                    .hot = true})),
        max_soft_errs(r.option<std::int64_t>({.key = "max_soft_errs",
                                              .default_value = kDefaultSoftErrors,
                                              .min = 0,
                                              .max = 1'000'000,
                                              .doc = "Entries of one batch that may fail when it asks to continue on "
                                                     "error; one more fails the batch. 0 means the default, 8.",
                                              .hot = true,
                                              .api_name = "get_batch.max_soft_errs"})),
        max_wait(r.option<Duration>({.key = "max_wait",
                                     .default_value = std::chrono::seconds(20),
                                     .min = std::chrono::seconds(1),
                                     .max = std::chrono::minutes(1),
                                     .doc = "Longest wait for one entry that another node has.",
                                     .hot = true,
                                     .api_name = "get_batch.max_wait"})),
        sendfile_from(r.option<Size>({.key = "sendfile_from",
                                      .default_value = 128_KiB,
                                      .min = 4_KiB,
                                      .max = 4_MiB,
                                      .doc = "Payloads of this size and more go from file to socket, smaller ones are "
                                             "gathered in memory.",
                                      .hot = true})),
        max_decoded(
            r.option<Size>({.key = "max_decoded",
                            .default_value = 64_MiB,
                            .min = 64_KiB,
                            .max = 4_GiB,
                            .doc = "Largest member of a compressed shard that is decoded for a batch, in memory.",
                            .hot = true})),
        decode_ahead(r.option<Size>(
            {.key = "decode_ahead",
             .default_value = 16_MiB,
             .min = Size{0},
             .max = 4_GiB,
             .doc = "Members of compressed shards that a batch decodes before their turn, in memory; 0: none.",
             .hot = true})),
        decoded_cache(r.option<Size>(
            {.key = "decoded_cache",
             .default_value = 64_MiB,
             .min = Size{0},
             .max = 1024_GiB,
             .doc = "Members of compressed shards that stay in memory for the batches that want them next; 0: none.",
             .hot = true})),
        kept_open(
            r.option<std::int64_t>({.key = "kept_open",
                                    .default_value = 2048,
                                    .min = 0,
                                    .max = 1'000'000,
                                    .doc = "Objects that all buffered batches together keep open between finding "
                                           "their sizes and sending them; beyond that a batch is torn if an object "
                                           "changes its size in between.",
                                    .hot = true})),
        late_failure(r.option<std::string>({.key = "late_failure",
                                            .default_value = "trailer",
                                            .choices = {"trailer", "abort"},
                                            .doc = "How a streamed batch ends that fails after its first byte: a valid "
                                                   "archive and the trailer Bryo-Error, or an aborted connection.",
                                            .hot = true})) {}

  static constexpr Size kMaxBody = 1_GiB;
  static constexpr std::int64_t kDefaultSoftErrors = 8;

  Option<std::int64_t> max_entries;
  Option<Size> max_body;
  Option<std::int64_t> max_pending;
  Option<std::int64_t> max_soft_errs;
  Option<Duration> max_wait;
  Option<Size> sendfile_from;
  Option<Size> max_decoded;
  Option<Size> decode_ahead;
  Option<Size> decoded_cache;
  Option<std::int64_t> kept_open;
  Option<std::string> late_failure;
};

}  // namespace bryo::moss
