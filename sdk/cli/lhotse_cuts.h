#pragma once

/// Lhotse manifests: one cut per line of JSON (get-batch.md section 13).

#include <bryo/client/byte_stream.h>
#include <bryo/client/decompress.h>
#include <bryo/names.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::cli {

/// Where a part of a cut is stored, and which part of it is meant.
struct CutSource {
  BucketName bucket;
  std::string object;
  std::string archpath;
  double start = 0;                  ///< seconds
  std::optional<double> duration{};  ///< seconds; nothing = to the end
};

struct Cut {
  std::string id;
  std::vector<CutSource> sources;  ///< at least one: all of its recording's, and of every track of a mixed cut
};

/// Reads one line. Pure. Fails naming the cut and what is wrong: no source, a source that is no object, a time that is
/// no number.
Result<Cut> parse_cut(std::string_view line);

/// The cuts of a file, packed or not. Lines up to 16 MiB; empty lines are passed over.
class CutReader {
 public:
  /// "-" = standard input. Packing is told by the suffix (.gz .gzip .lz4), else by the first bytes.
  static Result<CutReader> open(const std::string& path);
  /// Nothing = the end. Errors name the line.
  Result<std::optional<Cut>> next();

 private:
  CutReader(std::string path, std::unique_ptr<client::ByteInput> file)
      : path_(std::move(path)), file_(std::move(file)) {}
  Result<std::optional<std::string>> next_line();

  std::string path_;
  std::unique_ptr<client::ByteInput> file_;
  std::unique_ptr<client::ByteInput> first_;  ///< the file from its first byte again, after the look at its magic
  std::unique_ptr<client::ByteInput> unpacked_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 0;
  bool ended_ = false;
};

}  // namespace bryo::cli
