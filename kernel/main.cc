// bryod: reads the command line, runs one node until a signal ends it.
#include <kernel/node/node.h>
#include <kernel/node/service_notice.h>
#include <kernel/node/version.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>

namespace {

using bryo::kernel::CommandLine;
using bryo::kernel::Node;

// Exit codes, also in the help text.
constexpr int kStopped = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

sigset_t signals_to_wait_for() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

int report(const bryo::Error& error) {
  std::cerr << "bryod: " << error.message() << "\n";
  return kFailed;
}

/// A service manager that cannot be told is no reason to stop serving.
void remark(const bryo::Status& told) {
  if (!told) report(told.error());
}

int run(Node& node) {
  // Every thread inherits the mask; this one takes the signals in turn, so nothing runs inside a signal handler.
  const sigset_t signals = signals_to_wait_for();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // sendfile has no MSG_NOSIGNAL: a client that goes away must not end the node

  if (auto started = node.start(); !started) {
    node.stop();
    return report(started.error());
  }
  std::printf("bryod ready at %s\n", node.url().c_str());
  std::fflush(stdout);
  remark(bryo::kernel::notify_ready(node.url()));
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) break;
    node.reload();
  }
  remark(bryo::kernel::notify_stopping(node.stop_limit()));
  node.stop();
  return kStopped;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"bryod: a node of the Bryo object store", "bryod"};
  CommandLine options;
  bool check = false;
  bool print = false;
  std::optional<std::string> reference;
  app.add_option("--config,-c", options.config_file,
                 "Configuration in TOML; files of a folder conf.d beside it are laid over it")
      ->type_name("FILE");
  app.add_option("--dir,-d", options.dir,
                 "Directory of the data, made if missing; wins over node.data_dir. Enough alone")
      ->type_name("DIR");
  app.add_option("--listen", options.listen,
                 "Address for clients, 127.0.0.1:8080 if not set, port 0: any free one; wins over node.listen.public")
      ->type_name("HOST:PORT");
  auto* checks = app.add_flag("--check-config", check, "Check configuration and plugins, start nothing");
  app.add_flag("--safe-mode", options.safe_mode, "Load only the plugins that came with the server, skip all others");
  auto* prints =
      app.add_flag("--print-config", print, "Print every key with its value, default, range and meaning, as TOML")
          ->excludes(checks);
  app.add_option("--write-reference", reference,
                 "Write pages of every option, metric and route of this configuration, in Markdown")
      ->type_name("DIR")
      ->excludes(checks)
      ->excludes(prints);
  app.set_version_flag("--version", std::string("bryod ") + bryo::kernel::kVersion);
  app.footer(
      "Runs in the foreground; prints its address on standard output when it is ready, and keeps it in DIR/run/url.\n"
      "Signals: SIGTERM and SIGINT let running requests end, then stop; SIGHUP rereads the configuration.\n"
      "Exit codes: 0 stopped, checked or written, 1 failed (why is on standard error), 2 wrong usage.\n\n"
      "Examples:\n"
      "  bryod --dir ~/bryo-data\n"
      "  bryod --print-config > bryo.toml\n"
      "  bryod --config bryo.toml --check-config\n"
      "  bryod --config bryo.toml --write-reference doc");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? kStopped : kUsage;
  }
  if (options.config_file.empty() && options.dir.empty() && !print && !reference) {
    std::cerr << "bryod: give a directory for the data (--dir DIR) or a configuration (--config FILE); see --help\n";
    return kUsage;
  }

  options.show_all_plugins = print || reference.has_value();
  auto node = Node::create(options);
  if (!node) return report(node.error());
  if (print) {
    std::cout << (*node)->print_config();
    return kStopped;
  }
  if (reference) {
    const bryo::Status written = (*node)->write_reference(*reference);
    return written ? kStopped : report(written.error());
  }
  if (check) {
    for (const std::string& remark : (*node)->remarks()) std::cout << remark << "\n";
    std::cout << "the configuration is valid\n";
    return kStopped;
  }
  return run(**node);
}
