// A plugin that declares a bit of everything, without its descriptor: plugins.py links it under as many names as it
// wants to start.
#include <bryo/plugin.h>

extern "C" {
extern const char bench_plugin_name[];
__attribute__((section("bryo_abi"), used)) extern const char bench_plugin_tag[] = BRYO_ABI_TAG;
bryo::Plugin* bench_plugin_create();
}

namespace {

bryo::Task<bryo::Result<bryo::Response>> answer(bryo::Request&) { co_return bryo::Response(204); }

class Job final : public bryo::Xaction {
 public:
  bryo::Task<bryo::Status> run(bryo::XactionContext&) override { co_return bryo::Status{}; }
};

class Body final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override {
    const std::string name = bench_plugin_name;
    for (const char* key : {"a", "b", "c", "d", "e"}) {
      registrar.option<std::int64_t>({.key = key, .default_value = 1, .doc = "A number.", .hot = true});
    }
    for (const char* metric : {"x", "y", "z"}) registrar.counter({.name = metric, .help = "Counts."});
    for (const char* leaf : {"/one", "/two"}) {
      registrar.route({.verb = bryo::Verb::Get, .pattern = "/v1/" + name + leaf, .doc = "Answers."}, answer);
    }
    registrar.xaction({.name = name, .doc = "Runs."}, [] { return std::make_unique<Job>(); });
    return {};
  }
};

}  // namespace

bryo::Plugin* bench_plugin_create() { return new Body(); }
