#include <kernel/plugin/gated.h>
#include <kernel/runtime/this_context.h>

#include <mutex>
#include <optional>
#include <utility>

namespace bryo::kernel {
namespace {

using GatePtr = std::shared_ptr<CallGate>;

/// `work`, counted as a call; what it throws becomes its error.
template <class Work>
auto within(CallGate& gate, Work work) -> decltype(work()) {
  auto pass = gate.enter();
  if (!pass) return pass.error();
  try {
    auto result = work();
    if (!result) gate.count_error(result.error());
    return result;
  } catch (...) {
    return gate.escaped();
  }
}

/// What a reader finds, until a drain is over.
class GatedSink final : public MemberSink {
 public:
  GatedSink(CallGate& gate, MemberSink& inner) : gate_(gate), inner_(inner) {}
  Status add(const Member& member) override {
    if (gate_.ending()) return gate_.cancelled();
    return inner_.add(member);
  }
  Status add_unreadable(std::string_view name, std::string_view why) override {
    return inner_.add_unreadable(name, why);
  }
  Status add_format_data(BytesView bytes) override {
    if (gate_.ending()) return gate_.cancelled();
    return inner_.add_format_data(bytes);
  }
  [[nodiscard]] std::size_t size() const noexcept override { return inner_.size(); }
  bool wants(const Member& member) override { return inner_.wants(member); }
  void content(BytesView bytes) override { inner_.content(bytes); }

 private:
  CallGate& gate_;
  MemberSink& inner_;
};

/// One call from its first byte to its last. Its calls do not wait, but its request does between them: then the gate
/// takes the plugin's writer away from it.
class GatedWriter final : public ArchiveWriter {
 public:
  GatedWriter(GatePtr gate, Result<CallGate::Pass> pass, const std::function<std::unique_ptr<ArchiveWriter>()>& make)
      : gate_(std::move(gate)) {
    if (!pass) {
      failed_.emplace(pass.error());
      return;
    }
    pass_.emplace(*std::move(pass));
    try {
      inner_ = make();
      if (!inner_) failed_.emplace(Errc::Internal, "plugin '" + gate_->plugin() + "': its factory made no writer");
    } catch (...) {
      failed_.emplace(gate_->escaped());
    }
    if (!inner_) return;
    payload_ = inner_->payload();
    if (this_context == nullptr) return;
    scope_ = std::make_shared<CallScope>(this_context->get_executor());
    scope_->slot().assign([this](boost::asio::cancellation_type) { give_up(); });
    reach_.emplace(*gate_, scope_.get());
  }

  [[nodiscard]] PayloadMode payload() const noexcept override { return payload_; }
  [[nodiscard]] std::size_t max_header(std::size_t name_size) const noexcept override {
    return inner_ ? inner_->max_header(name_size) : 0;
  }
  Result<bool> carry_over(ArchiveBuffer& out) override {
    return guarded([&] { return inner_->carry_over(out); });
  }
  Status begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) override {
    return guarded([&] { return inner_->begin(name, size, out); });
  }
  Status content(BytesView bytes, ArchiveBuffer& out) override {
    return guarded([&] { return inner_->content(bytes, out); });
  }
  void take_back() override {
    (void)guarded([&]() -> Status {
      inner_->take_back();
      return {};
    });
  }
  Result<bool> begin_packed(std::string_view name, std::string_view format, const Member& member,
                            ArchiveBuffer& out) override {
    return guarded([&] { return inner_->begin_packed(name, format, member, out); });
  }
  Status end(ArchiveBuffer& out) override {
    return guarded([&] { return inner_->end(out); });
  }
  Status finish(ArchiveBuffer& out) override {
    return guarded([&] { return inner_->finish(out); });
  }
  ArchivePiece next_piece() override {
    ArchivePiece piece;
    (void)guarded([&]() -> Status {
      piece = inner_->next_piece();
      return {};
    });
    if (!piece) return piece;
    return [gate = gate_, piece = std::move(piece)](ArchiveBuffer& out) {
      return within(*gate, [&] { return piece(out); });
    };
  }

 private:
  template <class Work>
  auto guarded(Work work) -> decltype(work()) {
    // On its own loop a call cannot be interrupted by `give_up`.
    std::unique_lock lock(away_, std::defer_lock);
    if (this_context != made_on_) lock.lock();
    if (failed_) return *failed_;
    try {
      return work();
    } catch (...) {
      failed_.emplace(gate_->escaped());
      return *failed_;
    }
  }

  /// On the loop where the writer was made, and not inside one of its calls.
  void give_up() {
    const std::scoped_lock lock(away_);
    failed_.emplace(gate_->cancelled());
    inner_.reset();
    reach_.reset();
    pass_.reset();  // the drain may be over now
  }

  const GatePtr gate_;
  const boost::asio::io_context* const made_on_ = this_context;
  std::mutex away_;                     ///< held by calls on other threads
  std::optional<CallGate::Pass> pass_;  // released last
  std::unique_ptr<ArchiveWriter> inner_;
  std::shared_ptr<CallScope> scope_;
  std::optional<CallGate::Reach> reach_;
  std::optional<Error> failed_;  ///< nothing goes out after it
  PayloadMode payload_ = PayloadMode::Verbatim;
};

class GatedReader final : public ArchiveReader {
 public:
  GatedReader(GatePtr gate, std::shared_ptr<const ArchiveReader> inner)
      : gate_(std::move(gate)), inner_(std::move(inner)) {}

  Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const override {
    GatedSink guarded(*gate_, members);
    return within(*gate_, [&]() -> Status {
      Status status = inner_->index(archive, label, guarded);
      if (!status && gate_->ending()) return gate_->cancelled();
      return status;
    });
  }
  Status extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                 std::span<const MemberPart> parts,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override {
    const std::function<Status(std::size_t, BytesView)> guarded = [&](std::size_t part, BytesView bytes) -> Status {
      if (gate_->ending()) return gate_->cancelled();
      return sink(part, bytes);
    };
    return within(*gate_, [&]() -> Status {
      Status status = inner_->extract(archive, label, index, parts, guarded);
      if (!status && gate_->ending()) return gate_->cancelled();
      return status;
    });
  }
  Result<std::uint64_t> packed_offset(const OpenObject& archive, std::string_view label,
                                      const Member& member) const override {
    return within(*gate_, [&] { return inner_->packed_offset(archive, label, member); });
  }
  Result<ArchiveContinuation> continue_after(const OpenObject& archive, std::string_view label,
                                             const MemberIndex& index) const override {
    auto continued = within(*gate_, [&] { return inner_->continue_after(archive, label, index); });
    if (!continued) return continued;
    const std::function<std::unique_ptr<ArchiveWriter>()> made = [&] { return std::move(continued->writer); };
    return ArchiveContinuation{continued->keep, std::make_unique<GatedWriter>(gate_, gate_->enter(), made)};
  }

 private:
  const GatePtr gate_;
  const std::shared_ptr<const ArchiveReader> inner_;
};

}  // namespace

ArchiveFormat gated(GatePtr gate, ArchiveFormat format) {
  if (format.reader) format.reader = std::make_shared<const GatedReader>(gate, std::move(format.reader));
  if (format.make_writer) {
    format.make_writer = [gate = std::move(gate), make = std::move(format.make_writer)] {
      return std::make_unique<GatedWriter>(gate, gate->enter(), make);
    };
  }
  return format;
}

}  // namespace bryo::kernel
