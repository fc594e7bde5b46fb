#include <CLI/CLI.hpp>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "json_out.h"
#include "session.h"

namespace bryo::cli {
namespace {

struct BucketCreateOptions {
  std::vector<std::string> buckets;
  bool exists_ok = false;
};

Status create_buckets(const BucketCreateOptions& options, Session& session) {
  BRYO_TRY(client, session.client());
  // All names are read before anything is made.
  std::vector<BucketName> buckets;
  for (const auto& text : options.buckets) {
    BRYO_TRY(bucket, bucket_argument(text));
    buckets.push_back(std::move(bucket));
  }
  auto made = JsonOut::array();
  for (const auto& bucket : buckets) {
    const auto created = client.create_bucket(bucket);
    const bool existed = !created && created.error().code() == Errc::Conflict && options.exists_ok;
    if (!created && !existed) return created.error();
    made.push_back({{"bucket", bucket.uri()}, {"created", !existed}});
    if (!session.console().json) session.console().print(bucket.uri() + (existed ? " exists" : " created"));
  }
  if (session.console().json) session.console().print(to_text(made));
  return {};
}

}  // namespace

Action declare_bucket_create(CLI::App& app) {
  auto options = std::make_shared<BucketCreateOptions>();
  app.add_option("BUCKET", options->buckets, "Buckets to create")->required();
  app.add_flag("--force,--exists-ok", options->exists_ok, "It is fine if a bucket exists");
  return [options](Session& session) { return create_buckets(*options, session); };
}

}  // namespace bryo::cli
