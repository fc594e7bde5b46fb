#pragma once

/// Where an object belongs: rendezvous hashing (HRW), bit for bit the function that clients of the reference compute
/// (data-protection.md section 1). Pure functions; no allocation; any thread.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bryo::kernel {

/// XXH64 of `text` with the seed of the wire. Of a node id it is the map's `id_digest`.
std::uint64_t placement_digest(std::string_view text) noexcept;

/// placement_digest of the concatenation, without making it. `bucket_uname` is `Bucket::uname()`, "ais/@#/b/".
std::uint64_t placement_digest(std::string_view bucket_uname, std::string_view object) noexcept;

/// The same for placement inside a node: by bucket id, so that renaming a bucket moves no file.
std::uint64_t placement_digest(std::uint64_t bucket_id, std::string_view object) noexcept;

/// One output of xoshiro256** seeded with splitmix64(x): the weight of a candidate.
std::uint64_t placement_mix(std::uint64_t x) noexcept;

/// Index of the candidate with the greatest weight for `digest`; 0 when there is none. `candidates` are digests of
/// target ids (nodes in maintenance left out by the caller) or of cleaned mountpath paths. Equal weights: the first,
/// as in the Python SDK.
std::size_t place(std::span<const std::uint64_t> candidates, std::uint64_t digest) noexcept;

}  // namespace bryo::kernel
