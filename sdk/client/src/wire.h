#pragma once

/// Names of the wire, each once (http-api.md sections 2 to 5, get-batch.md section 2).

#include <string_view>

namespace bryo::client::wire {

inline constexpr std::string_view kBuckets = "/v1/buckets";
inline constexpr std::string_view kObjects = "/v1/objects";
inline constexpr std::string_view kCluster = "/v1/cluster";
inline constexpr std::string_view kDaemon = "/v1/daemon";
inline constexpr std::string_view kReverseDaemon = "/v1/reverse/daemon";
inline constexpr std::string_view kHealth = "/v1/health";
inline constexpr std::string_view kMoss = "/v1/ml/moss";

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kMsgpack = "application/msgpack";

inline constexpr std::string_view kHeaderAppend = "Ais-Pine";
inline constexpr std::string_view kHeaderAtime = "Ais-Atime";
inline constexpr std::string_view kHeaderBucketProps = "Ais-Bucket-Props";
inline constexpr std::string_view kHeaderChecksumType = "Ais-Checksum-Type";
inline constexpr std::string_view kHeaderChecksumValue = "Ais-Checksum-Value";
inline constexpr std::string_view kHeaderClusterUptime = "Ais-Cluster-Uptime";
inline constexpr std::string_view kHeaderCustom = "Ais-Custom-Md";
inline constexpr std::string_view kHeaderError = "Hdr-Error";
inline constexpr std::string_view kHeaderLocation = "Ais-Location";
inline constexpr std::string_view kHeaderNodeId = "Ais-Node-Id";
inline constexpr std::string_view kHeaderNodeUptime = "Ais-Node-Uptime";
inline constexpr std::string_view kHeaderVersion = "Ais-Version";
inline constexpr std::string_view kTrailerError = "Bryo-Error";

}  // namespace bryo::client::wire
