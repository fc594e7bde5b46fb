#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "command.h"

namespace bryo::cli {

/// "100MiB", "64k", "1.5GB", "4096": bytes. KiB and K are 1024, KB is 1000, without regard to case (as the reference's
/// sizes). Pure. Fails with a usage error naming `option`.
Result<std::uint64_t> size_argument(std::string_view option, std::string_view text);

}  // namespace bryo::cli
