#include <CLI/CLI.hpp>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "json_out.h"
#include "session.h"

namespace bryo::cli {
namespace {

struct BucketRmOptions {
  std::vector<std::string> buckets;
  bool missing_ok = false;
  bool yes = false;
};

Status remove_buckets(const BucketRmOptions& options, Session& session) {
  BRYO_TRY(client, session.client());
  std::vector<BucketName> buckets;
  for (const auto& text : options.buckets) {
    BRYO_TRY(bucket, bucket_argument(text));
    buckets.push_back(std::move(bucket));
  }
  auto removed = JsonOut::array();
  for (const auto& bucket : buckets) {
    if (!options.yes) {
      BRYO_TRY(agreed, session.console().confirm("Remove " + bucket.uri() + " and all its objects?"));
      if (!agreed) continue;
    }
    const auto destroyed = client.destroy_bucket(bucket);
    const bool missing = !destroyed && destroyed.error().code() == Errc::NotFound && options.missing_ok;
    if (!destroyed && !missing) return destroyed.error();
    removed.push_back({{"bucket", bucket.uri()}, {"removed", !missing}});
    if (!session.console().json) session.console().print(bucket.uri() + (missing ? " does not exist" : " removed"));
  }
  if (session.console().json) session.console().print(to_text(removed));
  return {};
}

}  // namespace

Action declare_bucket_rm(CLI::App& app) {
  auto options = std::make_shared<BucketRmOptions>();
  app.add_option("BUCKET", options->buckets, "Buckets to remove")->required();
  app.add_flag("--force,--missing-ok", options->missing_ok, "It is fine if a bucket does not exist");
  app.add_flag("-y,--yes", options->yes, "Do not ask");
  return [options](Session& session) { return remove_buckets(*options, session); };
}

}  // namespace bryo::cli
