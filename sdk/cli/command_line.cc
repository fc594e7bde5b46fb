#include "command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "edit_distance.h"
#include "session.h"

namespace bryo::cli {
namespace {

constexpr const char* kAbout =
    "bryo - talks to a Bryo node or an AIStore cluster\n\n"
    "BUCKET is [provider://][@uuid][#namespace/]name, e.g. ais://images; OBJECT is BUCKET/name.";
constexpr const char* kFooter =
    "\nThe cluster is --endpoint, else the environment's AIS_ENDPOINT, else http://127.0.0.1:8080.\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage. `bryo COMMAND --help` shows options and examples.";

/// Options that every command has.
void add_global_options(CLI::App& app, Session& session) {
  app.add_option("-e,--endpoint", session.endpoint,
                 "Address of the node or cluster; default: the environment's AIS_ENDPOINT")
      ->type_name("URL")
      ->group("General");
  app.add_flag("--json", session.console().json, "Print the result as JSON")->group("General");
  app.get_help_ptr()->group("General");
}

std::string indented(std::string_view lines) {
  std::string out = "\nExamples:\n";
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    out.append("  ").append(lines.substr(0, end)).append("\n");
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return out;
}

/// Words that only hold commands.
std::string_view group_summary(std::string_view word) {
  if (word == "bucket") return "Create, list and remove buckets";
  if (word == "archive") return "Shards: list, read, make, append to";
  if (word == "ml") return "Batches for training";
  if (word == "show") return "Show the cluster and its jobs";
  return "";
}

/// CLI11's page without what only a programmer reads: "INT:INT in [1 - 256]=8", "--no-streaming{false}".
class HelpPage final : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    return without(CLI::Formatter::make_option_name(option, positional), "{false}");
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    auto text = CLI::Formatter::make_option_opts(option);
    for (const std::string_view type : {"INT:INT in ", "UINT:UINT in ", "UINT:"}) text = without(text, type);
    return text;
  }

 private:
  static std::string without(std::string text, std::string_view part) {
    const auto at = text.find(part);
    return at == std::string::npos ? text : text.erase(at, part.size());
  }
};

/// "bucket create" -> the App of `create` below the App of `bucket`.
CLI::App& place(CLI::App& root, std::string_view words, std::string_view summary) {
  CLI::App* at = &root;
  while (true) {
    const auto space = words.find(' ');
    const std::string word(words.substr(0, space));
    const auto same_word = at->get_subcommands([&word](const CLI::App* app) { return app->get_name() == word; });
    CLI::App* found = same_word.empty() ? nullptr : same_word.front();
    const bool last = space == std::string_view::npos;
    if (found == nullptr) {
      found = at->add_subcommand(word, std::string(last ? summary : group_summary(word)));
      if (!last) found->require_subcommand(1);
    }
    if (last) return *found;
    at = found;
    words.remove_prefix(space + 1);
  }
}

/// CLI11 only says that a command is missing where there is one that it does not know.
std::optional<std::string> unknown_command(const CLI::App& root, std::span<const char* const> arguments) {
  const CLI::App* at = &root;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word(arguments[i]);
    const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) return {};
    if (word == "-e" || word == "--endpoint") ++i;
    if (word.empty() || word.front() == '-') continue;
    const auto far = [word](const CLI::App* command) { return edit_distance(command->get_name(), word.substr(0, 64)); };
    const auto nearest = *std::min_element(commands.begin(), commands.end(),
                                           [&](const auto* a, const auto* b) { return far(a) < far(b); });
    if (far(nearest) > 0) {
      const auto path = at == &root ? std::string() : at->get_name() + " ";
      auto text = "unknown command \"" + path + std::string(word.substr(0, 64)) + "\"";
      if (far(nearest) <= 2) text += "; did you mean \"" + path + nearest->get_name() + "\"?";
      return text;
    }
    at = nearest;
  }
  return {};
}

ExitCode finish(const Status& status, Console& console) {
  auto flushed = console.flush();
  if (console.output_gone()) return ExitCode::Failed;
  if (!status) {
    console.fail(explain(status.error()));
    return status.error().tcode() == kUsage ? ExitCode::Usage : ExitCode::Failed;
  }
  if (!flushed) {
    console.fail(flushed.error().message());
    return ExitCode::Failed;
  }
  return ExitCode::Ok;
}

}  // namespace

std::string explain(const Error& error) {
  auto text = error.message();
  if (text.starts_with("no node answers at ")) {
    text = "no Bryo node answers at " + text.substr(19) + ": start one with `bryod --dir DIR` or set AIS_ENDPOINT";
  } else if (!error.tcode().empty() && error.tcode() != kUsage) {
    text = std::string(error.tcode()) + ": " + text;
  }
  if (error.tcode() == "errUnknownMime")
    text += " (the node has no plugin that writes this format; .tar is always there)";
  if (error.code() == Errc::TooManyRequests)
    text += " (the cluster is overloaded: repeat later, or ask for less at once)";
  return text;
}

ExitCode run_command_line(std::span<const Command> table, std::span<const char* const> arguments, Session& session) {
  CLI::App root(kAbout, "bryo");
  root.formatter(std::make_shared<HelpPage>());
  root.footer(kFooter);
  root.require_subcommand(1);
  root.set_version_flag("--version", "bryo " BRYO_VERSION)->group("General");
  add_global_options(root, session);
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const auto& command : table) {
    auto& app = place(root, command.words, command.summary);
    app.footer(indented(command.examples));
    add_global_options(app, session);
    actions.emplace_back(&app, command.declare(app));
  }
  std::vector<std::string> words(arguments.rbegin(), arguments.rend());
  // Known from the reference's command; CLI11 takes it for -n -v.
  std::replace(words.begin(), words.end(), std::string("-nv"), std::string("--nv"));
  try {
    root.parse(std::move(words));
  } catch (const CLI::Success& wanted) {  // --help, --version
    root.exit(wanted);
    return ExitCode::Ok;
  } catch (const CLI::ParseError& wrong) {
    session.console().fail(unknown_command(root, arguments).value_or(wrong.what()) + " (see --help)");
    return ExitCode::Usage;
  }
  for (const auto& [app, action] : actions) {
    if (app->parsed()) return finish(action(session), session.console());
  }
  return ExitCode::Usage;
}

}  // namespace bryo::cli
