#include <bryo/client/batch_reader.h>
#include <bryo/client/decompress.h>
#include <bryo/client/tar_reader.h>

#include <array>

#include "json.h"
#include "multipart_input.h"
#include "requests.h"
#include "wire.h"
#include "wire_error.h"

namespace bryo::client {
namespace {

/// Metadata of 100,000 entries with long names and errors.
constexpr std::size_t kMaxMetadata = std::size_t{256} << 20;

/// Hands on what it reads, and writes the same bytes to a sink if there is one.
class CopyingInput final : public ByteInput {
 public:
  explicit CopyingInput(ByteInput& input) : input_(input) {}
  void copy_to(ByteSink* sink) { sink_ = sink; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

  Result<std::size_t> read(std::span<std::byte> out) override {
    BRYO_TRY(n, input_.read(out));
    if (sink_ != nullptr && n > 0) BRYO_CHECK(sink_->write(out.first(n)));
    bytes_ += n;
    return n;
  }

 private:
  ByteInput& input_;
  ByteSink* sink_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// Large reads below, small ones above: a TAR is read by blocks of 512 bytes.
class BufferedInput final : public ByteInput {
 public:
  explicit BufferedInput(ByteInput& input) : input_(input), buffer_(std::size_t{128} << 10) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    if (at_ == end_) {
      if (out.size() >= buffer_.size()) return input_.read(out);
      BRYO_TRY(n, input_.read(buffer_));
      at_ = 0;
      end_ = n;
    }
    const auto n = std::min(out.size(), end_ - at_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(at_), n, out.begin());
    at_ += n;
    return n;
  }

 private:
  ByteInput& input_;
  std::vector<std::byte> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

Result<std::vector<BatchOutcome>> outcomes_of(const Json& json, std::size_t entries) {
  const auto& list = member(json, "out");
  if (!list.is_array() || list.size() != entries) {
    return Error(Errc::InvalidArgument, "the batch's metadata describe " + std::to_string(list.size()) + " of " +
                                            std::to_string(entries) + " entries");
  }
  std::vector<BatchOutcome> outcomes;
  outcomes.reserve(entries);
  for (const auto& one : list) {
    outcomes.push_back({text_at(one, "objname"), text_at(one, "archpath"), text_at(one, "bucket"),
                        text_at(one, "provider"), text_at(one, "err_msg"), base64_decode(text_at(one, "opaque")),
                        number_at(one, "size")});
  }
  return outcomes;
}

}  // namespace

struct BatchReader::State {
  BatchRequest request;
  std::unique_ptr<HttpExchange> exchange;
  std::unique_ptr<MultipartInput> multipart;
  std::unique_ptr<CopyingInput> archive;  ///< the archive's bytes as they come
  std::unique_ptr<ByteInput> unpacked;
  std::unique_ptr<BufferedInput> buffered;
  std::unique_ptr<TarReader> tar;
  std::string content_type;
  std::string job;
  std::vector<BatchOutcome> outcomes;
  std::size_t arrived = 0;
  bool ended = false;

  Status read_metadata();
  BatchItem describe(const TarMember& tar_member);
  Status finish();
  Error explain(Error error);
};

BatchReader::BatchReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
BatchReader::BatchReader(BatchReader&&) noexcept = default;
BatchReader& BatchReader::operator=(BatchReader&&) noexcept = default;
BatchReader::~BatchReader() = default;

const std::string& BatchReader::content_type() const noexcept { return state_->content_type; }
const std::string& BatchReader::job() const noexcept { return state_->job; }
const std::vector<BatchOutcome>& BatchReader::outcomes() const noexcept { return state_->outcomes; }

Result<BatchReader> Client::get_batch(const BatchRequest& request) const {
  BRYO_TRY(json, batch_body(request));
  MemoryBody body(json);
  BRYO_TRY(exchange, requests_->open(json_call("GET", batch_target(request), body), call_));
  auto state = std::make_unique<BatchReader::State>();
  state->request = request;
  state->content_type = exchange->headers().get("Content-Type");
  state->exchange = std::move(exchange);
  ByteInput* source = state->exchange.get();
  if (!request.streaming) {
    const auto boundary = MultipartInput::boundary_of(state->content_type);
    if (boundary.empty()) {
      return Error(Errc::InvalidArgument,
                   "the buffered batch was answered with \"" + state->content_type + "\" instead of multipart/mixed");
    }
    state->multipart = std::make_unique<MultipartInput>(*source, boundary);
    BRYO_CHECK(state->read_metadata());
    source = state->multipart.get();
  }
  state->archive = std::make_unique<CopyingInput>(*source);
  state->unpacked = decompress(*state->archive, compression_of(request.format));
  state->buffered = std::make_unique<BufferedInput>(*state->unpacked);
  state->tar = std::make_unique<TarReader>(*state->buffered);
  return BatchReader(std::move(state));
}

/// Leaves the input at the first byte of the archive.
Status BatchReader::State::read_metadata() {
  const auto missing = [](std::string_view what) -> Status {
    return Error(Errc::InvalidArgument, "the buffered batch has no " + std::string(what));
  };
  BRYO_TRY(head, multipart->next_part());
  if (!head) return missing("metadata");
  BRYO_TRY(text, client::read_all(*multipart, kMaxMetadata));
  BRYO_TRY(json, parse_json(text, "the batch's metadata"));
  job = text_at(json, "uuid");
  BRYO_TRY(described, outcomes_of(json, request.entries.size()));
  outcomes = std::move(described);
  BRYO_TRY(archive_head, multipart->next_part());
  if (!archive_head) return missing("archive");
  return {};
}

Result<std::optional<BatchItem>> BatchReader::next() {
  auto& state = *state_;
  if (state.ended) return std::optional<BatchItem>();
  if (state.request.format == ArchiveFormat::Zip) {
    return Error(Errc::Unsupported,
                 "a ZIP has its directory at the end and cannot be read as it arrives: copy it to a file");
  }
  auto tar_member = state.tar->next();
  if (!tar_member) return state.explain(tar_member.error());
  if (!*tar_member) {
    BRYO_CHECK(state.finish());
    return std::optional<BatchItem>();
  }
  if (state.arrived == state.request.entries.size()) {
    return Error(Errc::InvalidArgument, "the batch has more members than the " +
                                            std::to_string(state.request.entries.size()) + " entries asked for");
  }
  return std::optional<BatchItem>(state.describe(**tar_member));
}

BatchItem BatchReader::State::describe(const TarMember& tar_member) {
  const auto index = arrived++;
  const auto& entry = request.entries[index];
  BatchItem item{.index = index, .name = tar_member.name, .size = tar_member.size};
  // Only the exact name of this entry marks it: an object may itself be called __404__/x. The second form is the
  // reference's for a shard that is missing as a whole (get-batch.md section 5).
  if (tar_member.size == 0 && tar_member.name.starts_with(kMissingPrefix)) {
    const auto rest = std::string_view(tar_member.name).substr(kMissingPrefix.size());
    auto whole_shard = entry;
    whole_shard.archpath.clear();
    item.missing = rest == member_name(request, entry) || rest == member_name(request, whole_shard);
  }
  item.opaque = entry.opaque;
  if (index < outcomes.size()) {
    item.error = outcomes[index].error;
    item.opaque = outcomes[index].opaque;
    item.missing = item.missing || !item.error.empty();
  }
  return item;
}

/// The archive has ended: nothing may be missing, and nothing may have gone wrong.
Status BatchReader::State::finish() {
  ended = true;
  std::array<std::byte, 16'384> rest;
  for (auto* input : {static_cast<ByteInput*>(buffered.get()), static_cast<ByteInput*>(archive.get())}) {
    while (true) {
      BRYO_TRY(n, input->read(rest));
      if (n == 0) break;
    }
  }
  if (multipart) {
    BRYO_TRY(further, multipart->next_part());
    static_cast<void>(further);
  }
  BRYO_CHECK([this, &rest]() -> Status {
    while (true) {
      BRYO_TRY(n, exchange->read(rest));
      if (n == 0) return {};
    }
  }());
  const auto reason = exchange->trailers().get(wire::kTrailerError);
  if (!reason.empty()) return decode_trailer(reason);
  if (request.format != ArchiveFormat::Zip && arrived < request.entries.size()) {
    return Error(Errc::Io, "the batch ended after " + std::to_string(arrived) + " of " +
                               std::to_string(request.entries.size()) + " entries");
  }
  return {};
}

/// Prefers the server's reason for an archive that stops early.
Error BatchReader::State::explain(Error error) {
  ended = true;
  // Of a connection that broke, or of a sink that is full, nothing more is to be learnt.
  if (error.code() != Errc::InvalidArgument) return error;
  std::array<std::byte, 16'384> rest;
  while (true) {
    const auto n = exchange->read(rest);
    if (!n || *n == 0) break;
  }
  const auto reason = exchange->trailers().get(wire::kTrailerError);
  return reason.empty() ? error : decode_trailer(reason);
}

Result<std::size_t> BatchReader::read(std::span<std::byte> out) {
  auto n = state_->tar->read(out);
  if (!n) return state_->explain(n.error());
  return n;
}

Result<std::string> BatchReader::read_all(std::size_t limit) {
  class Member final : public ByteInput {
   public:
    explicit Member(BatchReader& reader) : reader_(reader) {}
    Result<std::size_t> read(std::span<std::byte> out) override { return reader_.read(out); }

   private:
    BatchReader& reader_;
  };
  Member input(*this);
  return client::read_all(input, limit);
}

Result<std::uint64_t> BatchReader::copy_archive(ByteSink& sink, const std::function<void(const BatchItem&)>& on_item) {
  auto& state = *state_;
  state.archive->copy_to(&sink);
  if (state.request.format == ArchiveFormat::Zip) {
    state.arrived = state.outcomes.size();
    BRYO_CHECK(state.finish());
    return state.archive->bytes();
  }
  while (true) {
    BRYO_TRY(item, next());
    if (!item) return state.archive->bytes();
    if (on_item) on_item(*item);
  }
}

}  // namespace bryo::client
