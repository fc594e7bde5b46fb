#pragma once

/// What a client asks for, and which names belong to the answer. Pure.

#include <bryo/http.h>
#include <bryo/names.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace sample {

/// `GET /v1/sample/BUCKET?provider=P&prefix=A&fraction=0.01&seed=7`
struct SampleRequest {
  bryo::BucketName bucket;
  std::string prefix{};
  double fraction = 0.01;
  std::uint64_t seed = 0;

  /// Whether a name is in the sample: a question of the name and the seed alone, so that the same seed gives the same
  /// sample on every node and after every restart.
  [[nodiscard]] bool takes(std::string_view name) const;
};

/// Fails with InvalidArgument and a sentence that names the parameter.
bryo::Result<SampleRequest> parse_request(const bryo::Request& request);

/// `{"name":"a","size":3}` and a line end.
std::string json_line(std::string_view name, std::uint64_t size);

}  // namespace sample
