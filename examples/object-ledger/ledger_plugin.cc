#include "ledger_plugin.h"

#include <utility>

namespace ledger {
namespace {

using bryo::Status;
using bryo::Task;

/// Everything that a hook uses comes with it: hooks of several operations run at once, on any thread.
Task<Status> write_down(std::shared_ptr<Pages> pages, bryo::ObjectChange change) {
  pages->write(std::string(bryo::event_name(change.event)) + " " + change.bucket->name().uri() + "/" + change.object +
               " " + std::to_string(change.attributes.size));
  co_return Status();
}

Task<Status> guard(std::string prefix, bryo::ObjectChange change) {
  if (prefix.empty() || !change.object.starts_with(prefix)) co_return Status();
  co_return bryo::Error(bryo::Errc::Forbidden, change.object + " is sealed: names that begin with \"" + prefix +
                                                   "\" are left alone ([plugin.ledger] sealed)");
}

}  // namespace

Status LedgerPlugin::declare(bryo::Registrar& registrar) {
  const auto sealed = registrar.option<std::string>({.key = "sealed",
                                                     .default_value = "sealed/",
                                                     .doc = "Objects whose names begin so can be neither read nor "
                                                            "changed; empty: none.",
                                                     .hot = true});
  pages_ = std::make_shared<Pages>(registrar.option<std::int64_t>({.key = "max_lines",
                                                                   .default_value = 10'000,
                                                                   .min = 1,
                                                                   .max = 10'000'000,
                                                                   .doc = "Lines that are kept; the oldest go first.",
                                                                   .hot = true}));
  using bryo::ObjectEvent;
  for (const auto event : {ObjectEvent::Put, ObjectEvent::Get, ObjectEvent::Delete, ObjectEvent::Evict}) {
    registrar.object_hook({.event = event, .time = bryo::HookTime::Before, .doc = "Guards what is sealed."},
                          [sealed](bryo::ObjectChange change) { return guard(*sealed, std::move(change)); });
    registrar.object_hook({.event = event, .time = bryo::HookTime::After, .doc = "Writes it down."},
                          [pages = pages_](bryo::ObjectChange change) { return write_down(pages, std::move(change)); });
  }
  registrar.service<Ledger>({.name = "ledger", .doc = "What happened to the objects of this node."}, pages_);
  return {};
}

}  // namespace ledger

BRYO_PLUGIN(ledger, ledger::LedgerPlugin, "0.1.0", "Writes down what happens to objects, and guards some.");
