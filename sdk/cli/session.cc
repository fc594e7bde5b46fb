#include "session.h"

namespace bryo::cli {

Result<client::Client> Session::client() const {
  const char* token = std::getenv("AIS_AUTHN_TOKEN");
  BRYO_TRY(opened, client::Client::open({.endpoint = endpoint,
                                         .user_agent = "bryo/" BRYO_VERSION,
                                         .token = token != nullptr ? token : std::string()}));
  return opened.with({.stop = stop_});
}

}  // namespace bryo::cli
