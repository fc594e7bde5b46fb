#include <CLI/CLI.hpp>
#include <memory>

#include "commands/commands.h"
#include "json_out.h"
#include "list_buckets.h"
#include "session.h"

namespace bryo::cli {

Status print_buckets(Session& session, std::string provider) {
  while (provider.ends_with('/') || provider.ends_with(':')) provider.pop_back();
  if (!provider.empty()) {
    auto canonical = canonical_provider(provider);
    if (!canonical) return usage_error(canonical.error().message());
    provider = *canonical;
  }
  BRYO_TRY(client, session.client());
  BRYO_TRY(buckets, client.list_buckets(provider));
  if (session.console().json) {
    auto list = JsonOut::array();
    for (const auto& bucket : buckets) {
      list.push_back({{"bucket", bucket.uri()}, {"name", bucket.name}, {"provider", bucket.provider}});
    }
    session.console().print(to_text(list));
    return {};
  }
  for (const auto& bucket : buckets) session.console().print(bucket.uri());
  if (buckets.empty()) session.console().note("no buckets: make one with `bryo bucket create NAME`");
  return {};
}

Action declare_bucket_ls(CLI::App& app) {
  auto provider = std::make_shared<std::string>();
  app.add_option("PROVIDER", *provider, "Only these: ais, s3, gs, az, oc");
  return [provider](Session& session) { return print_buckets(session, *provider); };
}

}  // namespace bryo::cli
