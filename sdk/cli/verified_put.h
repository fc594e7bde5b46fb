#pragma once

#include <bryo/client/client.h>

#include <string>

#include "progress.h"

namespace bryo::cli {

/// Puts an object and compares the checksum that the server stored with that of the bytes sent. `progress`, if given,
/// counts the bytes.
Status put_verified(const client::Client& client, const BucketName& bucket, const std::string& object,
                    client::BodySource& body, const client::PutOptions& options, Progress* progress);

}  // namespace bryo::cli
