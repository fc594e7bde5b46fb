#pragma once

namespace bryo::kernel {

inline constexpr const char* kVersion = BRYO_VERSION;
/// What clients of the reference read: their command line compares major.minor with its own (http-api.md section 8).
inline constexpr const char* kWireVersion = "5.0.";

}  // namespace bryo::kernel
