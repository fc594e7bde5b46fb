#pragma once

#include <bryo/result.h>

#include <string>

namespace bryo::cli {

class Session;

/// Prints the buckets of all providers, or of one (`provider` as on the command line: "ais", "ais:", "s3://").
Status print_buckets(Session& session, std::string provider);

}  // namespace bryo::cli
