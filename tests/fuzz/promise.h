#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace bryo::fuzz {

/// Ends the program, which is a finding.
inline void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "a promise was broken: %s\n", promise);
  std::abort();
}

}  // namespace bryo::fuzz
