#pragma once

/// What must agree between a server and a plugin compiled apart from it. The tag is read from the plugin's file before
/// anything of the plugin runs.

#include <boost/version.hpp>
#include <cstdint>
#include <version>

/// Raised when a type that crosses the boundary changes its layout, or an interface that plugins implement changes.
#define BRYO_SDK_ABI 4
/// Raised when the server's side of the SDK grows. A plugin needs at most the server's number.
#define BRYO_SDK_API 1

#define BRYO_EXPORT __attribute__((visibility("default")))

#define BRYO_STRINGIZE_2(x) #x
#define BRYO_STRINGIZE(x) BRYO_STRINGIZE_2(x)

#if defined(__SANITIZE_ADDRESS__)
#define BRYO_ABI_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define BRYO_ABI_SANITIZER "thread"
#else
#define BRYO_ABI_SANITIZER "none"
#endif

#ifdef _GLIBCXX_DEBUG
#define BRYO_ABI_DEBUG " debug=1"
#else
#define BRYO_ABI_DEBUG ""
#endif

#define BRYO_ABI_TAG \
  "sdk=" BRYO_STRINGIZE(BRYO_SDK_ABI) " gcc=" BRYO_STRINGIZE(__GNUC__) " std=" BRYO_STRINGIZE( \
      __cplusplus) " cxx11=" BRYO_STRINGIZE(_GLIBCXX_USE_CXX11_ABI) " boost=" BRYO_STRINGIZE(BOOST_VERSION) " san=" BRYO_ABI_SANITIZER BRYO_ABI_DEBUG
