#include <bryo/plugin.h>

namespace {

class HelloXaction final : public bryo::Xaction {
 public:
  explicit HelloXaction(bryo::Counter& greetings) : greetings_(greetings) {}

  bryo::Task<bryo::Status> run(bryo::XactionContext& ctx) override {
    const std::string who = ctx.argument("who");
    if (who.empty()) co_return bryo::Error(bryo::Errc::InvalidArgument, "hello: 'who' must not be empty");
    ctx.log("hello, " + who);
    greetings_.add();
    co_return bryo::Status{};
  }

 private:
  bryo::Counter& greetings_;
};

class HelloPlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override {
    auto& greetings = registrar.counter({.name = "count", .help = "Greetings said by this target."});
    registrar.xaction({.name = "hello", .doc = "Greets from this target."},
                      [&greetings] { return std::make_unique<HelloXaction>(greetings); });
    return {};
  }
};

}  // namespace

BRYO_PLUGIN(hello, HelloPlugin, "0.1.0", "Says hello from every target.");
