// Hooks on every event, a service, and a meta store.
#include "ledger.h"

#include "paper_store.h"

#include <bryo/plugin.h>

#include <memory>
#include <mutex>

namespace {

class Pages final : public Ledger {
 public:
  void write(std::string line) {
    const std::scoped_lock lock(mutex_);
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] std::vector<std::string> lines() const override {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class LedgerPlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override {
    using bryo::ObjectEvent;
    for (const auto event : {ObjectEvent::Put, ObjectEvent::Get, ObjectEvent::Delete, ObjectEvent::Evict}) {
      registrar.object_hook({.event = event, .doc = "Writes it down."},
                            [pages = pages_](bryo::ObjectChange change) { return note(pages, std::move(change)); });
      registrar.object_hook({.event = event, .time = bryo::HookTime::Before, .doc = "Guards what is sealed."},
                            [](bryo::ObjectChange change) { return guard(std::move(change)); });
    }
    registrar.service<Ledger>({.name = "ledger", .doc = "What happened to objects."}, pages_);
    registrar.meta_store({.name = "paper", .doc = "One file for each key."}, open_paper_store);
    return {};
  }

 private:
  static bryo::Task<bryo::Status> note(std::shared_ptr<Pages> pages, bryo::ObjectChange change) {
    pages->write(std::string(bryo::event_name(change.event)) + " " + change.bucket->name().uri() + "/" + change.object +
                 " " + std::to_string(change.attributes.size));
    if (change.object == "smudge") co_return bryo::Error(bryo::Errc::Io, "the ink ran");
    co_return bryo::Status();
  }
  static bryo::Task<bryo::Status> guard(bryo::ObjectChange change) {
    if (!change.object.starts_with("sealed/")) co_return bryo::Status();
    co_return bryo::Error(bryo::Errc::Forbidden, change.object + " is sealed: choose another name");
  }

  const std::shared_ptr<Pages> pages_ = std::make_shared<Pages>();
};

}  // namespace

BRYO_PLUGIN(ledger, LedgerPlugin, "1.0", "Writes down what happens to objects.");
