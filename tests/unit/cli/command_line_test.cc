#include "sdk/cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "../client/fake_server.h"
#include "sdk/cli/command_table.h"
#include "sdk/cli/session.h"

namespace bryo::cli {
namespace {

struct Ran {
  ExitCode code;
  std::string out;
  std::string err;
};

Ran run(std::vector<const char*> arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Console console;
  Session session(console, {});
  const auto code = run_command_line(command_table(), arguments, session);
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(CommandLine, EveryCommandHasHelpWithExamples) {
  std::set<std::string> words;
  for (const auto& command : command_table()) {
    EXPECT_TRUE(words.insert(std::string(command.words)).second) << command.words;
    const auto space = command.words.find(' ');
    const std::string first(command.words.substr(0, space));
    const std::string second(space == std::string_view::npos ? "" : command.words.substr(space + 1));
    std::vector<const char*> arguments{first.c_str()};
    if (!second.empty()) arguments.push_back(second.c_str());
    arguments.push_back("--help");
    const auto ran = run(arguments);
    EXPECT_EQ(ran.code, ExitCode::Ok);
    EXPECT_NE(ran.out.find(command.summary), std::string::npos) << command.words;
    EXPECT_NE(ran.out.find("Examples:\n  bryo " + std::string(command.words)), std::string::npos) << ran.out;
    EXPECT_NE(ran.out.find("--endpoint"), std::string::npos);
    EXPECT_NE(ran.out.find("--json"), std::string::npos);
    for (const char* noise : {"INT:", "{false}", "POSITIVE:"})
      EXPECT_EQ(ran.out.find(noise), std::string::npos) << noise;
    if (!second.empty()) {
      const auto group = run({first.c_str(), "--help"});
      EXPECT_EQ(group.code, ExitCode::Ok);
      EXPECT_NE(group.out.find("\nUsage: "), 0U) << first << " has no summary";
    }
  }
}

TEST(CommandLine, WrongUsageIsTwoAndOneLine) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {},
           {"nonsense"},
           {"bucket"},
           {"bucket", "create"},
           {"bucket", "create", "b/with/object"},
           {"bucket", "rm", "Zzz://b", "-y"},
           {"put", "only-one"},
           {"get", "ais://b"},
           {"get", "ais://b/o", "--offset", "-1"},
           {"get", "ais://b/p/", "-"},
           {"rm", "ais://b"},
           {"rm", "ais://b", "--list", "a", "--prefix", "p"},
           {"ls", "ais://b/p", "--prefix", "q"},
           {"ls", "--no-such-option"},
           {"show"},
           {"ml", "get-batch", "ais://b/o"},
           {"ml", "get-batch", "ais://b/o", "out.rar"},
           {"ml", "get-batch", "ais://b", "out.tar"},
           {"ml", "get-batch", "out.tar", "--list", "a"},
           {"ml", "get-batch", "ais://b/o", "out.tar", "--list", "a"},
           {"ml", "get-batch", "ais://b", "out.tar", "--template", "no-range"},
           {"ml", "get-batch", "ais://b", "out.tar", "-f", "{\"in\":[{\"objname\":\"a\"}],\"mime\":\".tgz\"}"},
           {"ml", "get-batch", "ais://b", "out.tar", "-f", "{\"inn\":[]}"},
           {"ml", "lhotse-get-batch", "out.tar"},
           {"ml", "lhotse-get-batch", "--cuts", "c"},
           {"ml", "lhotse-get-batch", "--cuts", "c", "--batch-size", "2"},
           {"ml", "lhotse-get-batch", "--cuts", "c", "--batch-size", "2", "--output-template", "x.tar"},
           {"ml", "lhotse-get-batch", "--cuts", "c", "out.tar", "--sample-rate", "5"},
           {"ml", "lhotse-get-batch", "--cuts", "c", "out.tar", "--raw"},
       }) {
    auto with_endpoint = arguments;
    if (arguments.size() > 1) with_endpoint.insert(with_endpoint.end(), {"--endpoint", "http://127.0.0.1:9"});
    const auto ran = run(with_endpoint);
    std::string shown;
    for (const char* word : arguments) shown.append(word).append(" ");
    EXPECT_EQ(ran.code, ExitCode::Usage) << shown << ran.err;
    EXPECT_EQ(ran.out, "") << shown;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << shown << ran.err;
    EXPECT_TRUE(ran.err.starts_with("bryo: ")) << ran.err;
  }
}

TEST(CommandLine, AnUnknownCommandIsNamedWithTheNearest) {
  EXPECT_EQ(run({"putt"}).err, "bryo: unknown command \"putt\"; did you mean \"put\"? (see --help)\n");
  EXPECT_EQ(run({"--json", "-e", "http://127.0.0.1:9", "bucket", "lst"}).err,
            "bryo: unknown command \"bucket lst\"; did you mean \"bucket ls\"? (see --help)\n");
  EXPECT_EQ(run({"nonsense"}).err, "bryo: unknown command \"nonsense\" (see --help)\n");
  EXPECT_EQ(run({"ml"}).err, "bryo: A subcommand is required (see --help)\n");
}

TEST(CommandLine, ANumberOutOfRangeIsToldInNumbersThatPeopleRead) {
  EXPECT_EQ(run({"ml", "lhotse-get-batch", "--cuts", "c", "--batch-size", "0"}).err,
            "bryo: --batch-size: Value 0 not in range 1 to 100000000 (see --help)\n");
}

TEST(CommandLine, ControlCharactersOfNamesDoNotReachTheTerminal) {
  EXPECT_EQ(printable("a\x1B[31mb\x7F\xC2\x9B\r"), "a\\x1b[31mb\\x7f\\x9b\\x0d");
  EXPECT_EQ(printable("\xC3\xBC\t\n\xC2\xA0"), "\xC3\xBC\t\n\xC2\xA0");
  Console console;
  testing::internal::CaptureStderr();
  console.fail("ais://b/\x1B]0;owned\x07 does not exist");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "bryo: ais://b/\\x1b]0;owned\\x07 does not exist\n");
}

TEST(CommandLine, NobodyThereNamesTheWayOut) {
  const auto url = client::dead_url();
  const auto ran = run({"ls", "-e", url.c_str()});
  EXPECT_EQ(ran.code, ExitCode::Failed);
  EXPECT_TRUE(ran.err.starts_with("bryo: no Bryo node answers at " + url)) << ran.err;
  EXPECT_NE(ran.err.find("start one with `bryod --dir DIR` or set AIS_ENDPOINT"), std::string::npos);
}

TEST(CommandLine, VersionAndJson) {
  EXPECT_TRUE(run({"--version"}).out.starts_with("bryo "));
  client::FakeServer server([](const client::SeenRequest&) {
    return client::reply(200, R"([{"name":"b","provider":"ais","namespace":{"uuid":"","name":"ns"}}])");
  });
  const auto url = server.url();
  EXPECT_EQ(run({"bucket", "ls", "-e", url.c_str()}).out, "ais://#ns/b\n");
  EXPECT_EQ(run({"bucket", "ls", "--json", "-e", url.c_str()}).out,
            "[\n  {\n    \"bucket\": \"ais://#ns/b\",\n    \"name\": \"b\",\n    \"provider\": \"ais\"\n  }\n]\n");
}

TEST(CommandLine, ServersErrorsCarryTheirKind) {
  client::FakeServer server([](const client::SeenRequest&) {
    return client::reply(404,
                         R"({"tcode":"ErrBckNotFound","message":"bucket \"ais://b\" does not exist","status":404})");
  });
  const auto url = server.url();
  const auto ran = run({"ls", "b", "-e", url.c_str()});
  EXPECT_EQ(ran.code, ExitCode::Failed);
  EXPECT_EQ(ran.err, "bryo: ErrBckNotFound: bucket \"ais://b\" does not exist\n");
}

}  // namespace
}  // namespace bryo::cli
