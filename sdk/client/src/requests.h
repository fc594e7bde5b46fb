#pragma once

#include <bryo/client/client.h>

#include "retry.h"

namespace bryo::client {

/// A call of the API: path and query below the endpoint.
struct ApiCall {
  std::string method;
  std::string target;
  Headers headers{};
  BodySource* body = nullptr;
  Repeat repeat = Repeat::Always;
};

/// Makes an ApiCall succeed if it can: redirects, repetition, decoding of refusals. Immutable, thread-safe.
class Client::Requests {
 public:
  Requests(ClientOptions options, std::shared_ptr<Transport> transport)
      : options_(std::move(options)), transport_(std::move(transport)) {}

  [[nodiscard]] const std::string& endpoint() const noexcept { return options_.endpoint; }

  /// An answer with a status below 300, its body unread.
  Result<std::unique_ptr<HttpExchange>> open(const ApiCall& call, const CallOptions& options) const;

  struct Document {
    std::string content_type;
    std::string body;
  };
  /// The same with the body, at most 256 MiB.
  Result<Document> fetch(const ApiCall& call, const CallOptions& options) const;
  /// The same for answers whose body does not matter.
  Result<Headers> perform(const ApiCall& call, const CallOptions& options) const;

 private:
  struct Attempt;
  Result<Attempt> attempt(const ApiCall& call, const HttpLimits& limits) const;
  Result<std::unique_ptr<HttpExchange>> follow(const ApiCall& call, HttpRequest request,
                                               const HttpLimits& limits) const;
  HttpRequest prepare(const ApiCall& call) const;

  ClientOptions options_;
  std::shared_ptr<Transport> transport_;
};

/// The query of a bucket: `provider=ais[&namespace=%40%23ns]`.
std::string bucket_query(const BucketName& bucket);
/// `{"action":ACTION,"value":...}` as a body; `value` must be JSON.
std::string action_message(std::string_view action, std::string_view value = "null");
/// A call with a JSON body, which must outlive it.
ApiCall json_call(std::string method, std::string target, MemoryBody& body);

}  // namespace bryo::client
