#pragma once

/// Every name of the wire that the kernel's API uses: headers, query keys, actions, selectors, error types. Nowhere
/// else is one of them spelled (http-api.md sections 3 to 6, http-cluster.md section 2).

#include <string_view>

namespace bryo::wire {

// Headers, in the capitalisation of the reference.
inline constexpr std::string_view kHeaderAppendHandle = "Ais-Append-Handle";
inline constexpr std::string_view kHeaderAtime = "Ais-Atime";
inline constexpr std::string_view kHeaderBlobDownload = "Ais-Blob-Download";
inline constexpr std::string_view kHeaderBucketName = "Ais-Bucket-Name";
inline constexpr std::string_view kHeaderBucketProps = "Ais-Bucket-Props";
inline constexpr std::string_view kHeaderBucketProvider = "Ais-Bucket-Provider";
inline constexpr std::string_view kHeaderBucketSummary = "Ais-Bucket-Summ";
inline constexpr std::string_view kHeaderChecksumType = "Ais-Checksum-Type";
inline constexpr std::string_view kHeaderChecksumValue = "Ais-Checksum-Value";
inline constexpr std::string_view kHeaderChunksCount = "Ais-Chunks-Count";
inline constexpr std::string_view kHeaderChunksMaxSize = "Ais-Chunks-Max-Chunk-Size";
inline constexpr std::string_view kHeaderClusterUptime = "Ais-Cluster-Uptime";
inline constexpr std::string_view kHeaderCustomMd = "Ais-Custom-Md";
inline constexpr std::string_view kHeaderLocation = "Ais-Location";
inline constexpr std::string_view kHeaderMirrorCopies = "Ais-Mirror-Copies";
inline constexpr std::string_view kHeaderMirrorPaths = "Ais-Mirror-Paths";
inline constexpr std::string_view kHeaderName = "Ais-Name";
inline constexpr std::string_view kHeaderNodeId = "Ais-Node-Id";
inline constexpr std::string_view kHeaderNodeUptime = "Ais-Node-Uptime";
inline constexpr std::string_view kHeaderPresent = "Ais-Present";
inline constexpr std::string_view kHeaderPutArchiveFlags = "Ais-Pine";
inline constexpr std::string_view kHeaderVersion = "Ais-Version";
inline constexpr std::string_view kHeaderXactionId = "Ais-Xaction-Id";

// Query keys.
inline constexpr std::string_view kQueryAppendHandle = "append_handle";
inline constexpr std::string_view kQueryAppendType = "append_type";
inline constexpr std::string_view kQueryArchMime = "archmime";
inline constexpr std::string_view kQueryArchMode = "archmode";
inline constexpr std::string_view kQueryArchPath = "archpath";
inline constexpr std::string_view kQueryArchRegx = "archregx";
inline constexpr std::string_view kQueryBucketTo = "bck_to";
inline constexpr std::string_view kQueryEtlName = "etl_name";
inline constexpr std::string_view kQueryEtlPipeline = "etl_pipeline";
inline constexpr std::string_view kQueryLatest = "latest-ver";
inline constexpr std::string_view kQueryNamespace = "namespace";
inline constexpr std::string_view kQueryObjectTo = "object_to";
inline constexpr std::string_view kQueryPartNumber = "partNumber";
inline constexpr std::string_view kQueryPresence = "presence";
inline constexpr std::string_view kQueryDontAddRemote = "dont_add_remote_bck_md";
inline constexpr std::string_view kQueryKeepBucket = "keep_bck_md";
inline constexpr std::string_view kQueryPrimaryReadyToRebalance = "prr";
inline constexpr std::string_view kQueryAskPrimary = "apr";
inline constexpr std::string_view kQueryClusterInfo = "cii";
inline constexpr std::string_view kQueryClusterInfoPrimary = "cii-apr";
inline constexpr std::string_view kQueryProps = "props";
inline constexpr std::string_view kQueryProvider = "provider";
inline constexpr std::string_view kQueryReplaceCustom = "set-new-custom";
inline constexpr std::string_view kQuerySkipPrevious = "skip_vc";
inline constexpr std::string_view kQuerySynchronize = "synchronize";
inline constexpr std::string_view kQuerySummary = "bsumm_remote";
inline constexpr std::string_view kQueryTransient = "transient";
inline constexpr std::string_view kQueryUploadId = "uploadId";
inline constexpr std::string_view kQueryUploads = "uploads";
inline constexpr std::string_view kQueryUuid = "uuid";
inline constexpr std::string_view kQueryValidateChecksum = "validate-checksum";
inline constexpr std::string_view kQueryWhat = "what";

// Values of `append_type`.
inline constexpr std::string_view kAppendTypeAppend = "append";
inline constexpr std::string_view kAppendTypeFlush = "flush";

// Actions.
inline constexpr std::string_view kActionArchive = "archive";
inline constexpr std::string_view kActionBlobDownload = "blob-download";
inline constexpr std::string_view kActionCheckLock = "check-lock";
inline constexpr std::string_view kActionCopyBucket = "copy-bck";
inline constexpr std::string_view kActionCopyObjects = "copy-listrange";
inline constexpr std::string_view kActionCreateBucket = "create-bck";
inline constexpr std::string_view kActionCreateInventory = "create-inventory";
inline constexpr std::string_view kActionDeleteObjects = "delete-listrange";
inline constexpr std::string_view kActionDestroyBucket = "destroy-bck";
inline constexpr std::string_view kActionDestroyInventory = "destroy-inventory";
inline constexpr std::string_view kActionEcEncode = "ec-encode";
inline constexpr std::string_view kActionEtlBucket = "etl-bck";
inline constexpr std::string_view kActionEtlObjects = "etl-listrange";
inline constexpr std::string_view kActionEvictBucket = "evict-remote-bck";
inline constexpr std::string_view kActionEvictObjects = "evict-listrange";
inline constexpr std::string_view kActionIndexShard = "index-shard";
inline constexpr std::string_view kActionList = "list";
inline constexpr std::string_view kActionMakeCopies = "make-n-copies";
inline constexpr std::string_view kActionMoveBucket = "move-bck";
inline constexpr std::string_view kActionMultipartAbort = "mpt-abort";
inline constexpr std::string_view kActionMultipartComplete = "mpt-complete";
inline constexpr std::string_view kActionMultipartUpload = "mpt-upload";
inline constexpr std::string_view kActionPrefetch = "prefetch-listrange";
inline constexpr std::string_view kActionPromote = "promote";
inline constexpr std::string_view kActionRechunk = "rechunk";
inline constexpr std::string_view kActionRenameObject = "rename-obj";
inline constexpr std::string_view kActionResetBucketProps = "reset-bprops";
inline constexpr std::string_view kActionResetConfig = "reset-config";
inline constexpr std::string_view kActionSetBucketProps = "set-bprops";
inline constexpr std::string_view kActionSetConfig = "set-config";
inline constexpr std::string_view kActionShowInventory = "show-inventory";
inline constexpr std::string_view kActionStart = "start";
inline constexpr std::string_view kActionStop = "stop";
inline constexpr std::string_view kActionSummary = "summary-bck";
inline constexpr std::string_view kActionSummaryShard = "summary-shard";

// Selectors of `what`.
inline constexpr std::string_view kWhatBackends = "backends";
inline constexpr std::string_view kWhatBmd = "bmd";
inline constexpr std::string_view kWhatClusterConfig = "cluster_config";
inline constexpr std::string_view kWhatConfig = "config";
inline constexpr std::string_view kWhatDisk = "disk";
inline constexpr std::string_view kWhatJobSnapshots = "qryxstats";
inline constexpr std::string_view kWhatJobStatus = "status";
inline constexpr std::string_view kWhatJobStatusAll = "status_all";
inline constexpr std::string_view kWhatJobsRunning = "running_all";
inline constexpr std::string_view kWhatLog = "log";
inline constexpr std::string_view kWhatMetrics = "metrics";
inline constexpr std::string_view kWhatMountpaths = "mountpaths";
inline constexpr std::string_view kWhatNodeStats = "node_stats";
inline constexpr std::string_view kWhatNodeStatus = "node_status";
inline constexpr std::string_view kWhatRemote = "remote";
inline constexpr std::string_view kWhatSmap = "smap";
inline constexpr std::string_view kWhatSnode = "snode";
inline constexpr std::string_view kWhatSoftwareVersion = "software_version";
inline constexpr std::string_view kWhatSysinfo = "sysinfo";
inline constexpr std::string_view kWhatTargetIps = "target_ips";
inline constexpr std::string_view kWhatTlsCertificate = "tls_certificate";

// Error types (`tcode`).
inline constexpr std::string_view kErrBadChecksum = "ErrBadCksum";
inline constexpr std::string_view kErrBucketAccessDenied = "ErrBucketAccessDenied";
inline constexpr std::string_view kErrBucketAlreadyExists = "ErrBucketAlreadyExists";
inline constexpr std::string_view kErrBucketNotFound = "ErrBckNotFound";
inline constexpr std::string_view kErrFailedTo = "ErrFailedTo";
inline constexpr std::string_view kErrInvalidPath = "errInvalidPath";
inline constexpr std::string_view kErrMissingBackend = "ErrMissingBackend";
inline constexpr std::string_view kErrNodeNotFound = "errNodeNotFound";
inline constexpr std::string_view kErrNotFound = "ErrNotFound";
inline constexpr std::string_view kErrNotRemoteBucket = "ErrNotRemoteBck";
inline constexpr std::string_view kErrRangeNotSatisfiable = "ErrRangeNotSatisfiable";
inline constexpr std::string_view kErrUnknownFileExtension = "errUnknownFileExt";
inline constexpr std::string_view kErrUnsupported = "ErrUnsupp";

// Content types; clients compare the one of msgpack for equality.
inline constexpr std::string_view kTypeMsgpack = "application/msgpack";
inline constexpr std::string_view kTypeOctets = "application/octet-stream";
inline constexpr std::string_view kTypeTar = "application/x-tar";

}  // namespace bryo::wire
