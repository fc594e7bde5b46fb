#include "curl_exchange.h"

namespace bryo::client {
namespace {

class CurlTransport final : public Transport {
 public:
  Result<std::unique_ptr<HttpExchange>> send(const HttpRequest& request, BodySource* body,
                                             const HttpLimits& limits) override {
    auto exchange = std::make_unique<CurlExchange>(pool_, limits);
    BRYO_CHECK(exchange->begin(request, body));
    return std::unique_ptr<HttpExchange>(std::move(exchange));
  }

 private:
  std::shared_ptr<CurlPool> pool_ = std::make_shared<CurlPool>();
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport() {
  static const auto initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialized);
  return std::make_shared<CurlTransport>();
}

}  // namespace bryo::client
