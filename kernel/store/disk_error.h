#pragma once

/// What the operating system said, as an Error.

#include <bryo/result.h>

#include <string>

namespace bryo::kernel {

/// "<what>: <text of the errno>". A full disk or quota is OutOfSpace and says so; everything else is Io.
/// `mountpath` is named in the sentence of a full disk.
Error disk_error(int error, std::string what, std::string_view mountpath = {});

}  // namespace bryo::kernel
