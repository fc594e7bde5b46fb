#pragma once

/// A node in memory that answers batches, and what a client makes of the answers.

#include <bryo/testing.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "batch_handler.h"
#include "tar_reader.h"
#include "tar_writer.h"

namespace bryo::moss {

/// Names and contents in the order of the archive.
using Members = std::vector<std::pair<std::string, std::string>>;

inline ArchiveFormat tar_format() {
  return {.spec = {.name = ".tar",
                   .extensions = {".tar"},
                   .mime_names = {"application/x-tar"},
                   .content_type = "application/x-tar",
                   .magic = {}},
          .reader = std::make_shared<const tar::TarReader>(),
          .make_writer = [] { return std::make_unique<tar::TarWriter>(); }};
}

inline std::string tar_of(const Members& members) {
  tar::TarWriter writer;
  ArchiveBuffer out;
  for (const auto& [name, content] : members) {
    EXPECT_TRUE(writer.begin(name, content.size(), out));
    out.append(content);
    EXPECT_TRUE(writer.end(out));
  }
  EXPECT_TRUE(writer.finish(out));
  return std::string(as_text(out.view()));
}

/// The members of a whole archive; one that is cut or damaged shows as such.
inline Members members_of(std::string archive) {
  if (archive.empty()) return {{"<nothing>", ""}};
  const bool ended = archive.size() >= 1024 && archive.ends_with(std::string(1024, '\0'));
  const testing::MemoryObject object(std::move(archive), 1);
  const auto index = testing::index_of(tar::TarReader(), object, "answer");
  if (!index) return {{"<" + index.error().message() + ">", ""}};
  Members members;
  (*index)->for_each([&](const Member& member) {
    std::string content(member.size, '\0');
    EXPECT_TRUE(object.read_blocking(member.offset, std::as_writable_bytes(std::span(content))));
    members.emplace_back(member.name, std::move(content));
    return true;
  });
  if (!ended) members.emplace_back("<no end>", "");
  return members;
}

/// Takes what is sent, and lets the test act in between.
class WatchedSink final : public BodySink {
 public:
  testing::MemorySink kept;
  std::function<void()> after_write = [] {};

  Task<Status> write(std::span<const BytesView> pieces) override {
    auto done = co_await kept.write(pieces);
    after_write();
    co_return done;
  }
  Task<Status> write_last(std::span<const BytesView> pieces) override { return kept.write_last(pieces); }
  Task<Status> send_object(BytesView head, ObjectPtr object, std::uint64_t offset, std::uint64_t length) override {
    auto done = co_await kept.send_object(head, std::move(object), offset, length);
    after_write();
    co_return done;
  }
  void trailer(std::string name, std::string value) override { kept.trailer(std::move(name), std::move(value)); }
};

/// An answer from its header to its end.
struct Answer {
  std::optional<Error> refused;  ///< instead of everything else
  Headers headers;
  std::shared_ptr<WatchedSink> sink = std::make_shared<WatchedSink>();
  Status produced;  ///< an Error tears the connection

  [[nodiscard]] const std::string& bytes() const { return sink->kept.bytes; }
  [[nodiscard]] std::string why_refused() const {
    return refused ? std::to_string(refused->status()) + " " + refused->message() : "<answered>";
  }
  [[nodiscard]] Members members() const {
    if (refused) return {{"<" + why_refused() + ">", ""}};
    if (!produced) return {{"<torn: " + produced.error().message() + ">", ""}};
    return members_of(bytes());
  }
  [[nodiscard]] std::string trailer() const {
    const auto found = sink->kept.trailers.find("Bryo-Error");
    return found == sink->kept.trailers.end() ? "" : found->second;
  }
};

class BatchFixture : public ::testing::Test {
 protected:
  explicit BatchFixture(Size sendfile_from = 4_KiB) {
    host_.archive_store.add(tar_format());
    registrar_.set_option("sendfile_from", sendfile_from);
    service_.host = &host_;
  }

  /// The header of the answer; its body is made by `produce`.
  Result<Response> ask(std::string body, std::string url_bucket = "b", std::optional<std::uint64_t> length = {}) {
    testing::MemoryBody source(std::move(body));
    request_ = {};
    request_.path = "/v1/ml/moss/" + url_bucket;
    request_.target = request_.path;
    request_.rest = std::move(url_bucket);
    request_.body_stream = &source;
    request_.content_length = length;
    request_.received = std::chrono::steady_clock::now();
    return testing::run(handler_.handle(request_));
  }
  static Status produce(const Response& response, BodySink& sink) {
    return testing::run(std::get<StreamBody>(response.body).produce(sink));
  }
  Answer answer(std::string body, std::shared_ptr<WatchedSink> sink = std::make_shared<WatchedSink>()) {
    Answer out;
    out.sink = std::move(sink);
    const auto size = body.size();
    auto response = ask(std::move(body), "b", size);
    if (!response) {
      out.refused = response.error();
      return out;
    }
    out.headers = response->headers;
    out.produced = produce(*response, *out.sink);
    return out;
  }
  /// A streamed batch of these entries, which are JSON without the outer braces.
  Answer stream(const std::vector<std::string>& entries, const std::string& flags = "") {
    return answer(body_of(entries, "\"strm\":true" + (flags.empty() ? "" : "," + flags)));
  }
  static std::string body_of(const std::vector<std::string>& entries, const std::string& flags = "") {
    std::string out = "{\"in\":[";
    for (const auto& entry : entries) out.append(out.back() == '[' ? "{" : ",{").append(entry).append("}");
    return out + "]" + (flags.empty() ? "" : "," + flags) + "}";
  }
  static std::string object(const std::string& name, const std::string& more = "") {
    return "\"objname\":\"" + name + "\"" + (more.empty() ? "" : "," + more);
  }
  static std::string member(const std::string& shard, const std::string& name, const std::string& more = "") {
    return object(shard, "\"archpath\":\"" + name + "\"" + (more.empty() ? "" : "," + more));
  }

  /// Nothing of the node may stay taken when no batch is under way.
  void expect_nothing_held() const {
    EXPECT_EQ(host_.memory_meter.in_use(), 0u);
    EXPECT_EQ(host_.jobs.job.users, 0u);
    EXPECT_EQ(service_.pending.taken(), 0);
    EXPECT_EQ(service_.kept_open.taken(), 0);
    EXPECT_EQ(service_.metrics.in_flight.value(), 0);
    EXPECT_EQ(service_.metrics.memory.value(), 0);
  }

  testing::FakeHost host_;
  testing::FakeRegistrar registrar_;
  BatchService service_{registrar_};
  BatchHandler handler_{service_};
  Request request_;
  const BucketPtr b_ = host_.bucket_store.add("b");
};

/// `n` bytes that differ from place to place.
inline std::string text_of(std::size_t n, char first = 'a') {
  std::string out(n, '\0');
  for (std::size_t i = 0; i < n; ++i)
    out[i] = static_cast<char>('a' + (static_cast<std::size_t>(first - 'a') + i) % 26);
  return out;
}

}  // namespace bryo::moss
