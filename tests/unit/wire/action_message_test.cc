#include <kernel/wire/action_message.h>
#include <kernel/wire/bool_text.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

using testing::HasSubstr;

TEST(ActionMessage, TakesFieldsInAnyCaseAndOrder) {
  const auto message = parse_action(R"({"VALUE":{"a":1},"Action":"list","name":"n","more":[]})", "GET");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->action, "list");
  EXPECT_EQ(message->name, "n");
  EXPECT_EQ(message->value["a"], 1);
}

TEST(ActionMessage, AllFieldsMayBeMissingOrNull) {
  for (const char* body : {"{}", R"({"action":null,"name":null,"value":null})"}) {
    const auto message = parse_action(body, "POST");
    ASSERT_TRUE(message) << body;
    EXPECT_EQ(message->action, "");
    EXPECT_TRUE(message->value.is_null());
  }
}

TEST(ActionMessage, RefusesWhatIsNoMessage) {
  struct Case {
    const char* body;
    const char* why;
  };
  for (const Case& c : {
           Case{"", "failed to unmarshal [*apc.ActMsg] (POST), err: EOF"},
           Case{R"({"action": )", "failed to unmarshal [*apc.ActMsg] (POST), err: "},
           Case{"[]", "expecting an object"},
           Case{"7", "expecting an object"},
           Case{R"({"action":7})", "field \"action\": expecting a string"},
           Case{"\xff\xfe", "failed to unmarshal"},
       }) {
    const auto message = parse_action(c.body, "POST");
    ASSERT_FALSE(message) << c.body;
    EXPECT_EQ(message.error().status(), 400);
    EXPECT_THAT(message.error().message(), HasSubstr(c.why));
  }
}

TEST(ActionMessage, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) {
    return R"({"name":"[[\"[[","value":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(parse_action(nested(63), "POST"));
  for (const std::size_t depth : {std::size_t{64}, std::size_t{200'000}}) {
    const auto message = parse_action(nested(depth), "POST");
    ASSERT_FALSE(message);
    EXPECT_THAT(message.error().message(), HasSubstr("nested deeper than 64 levels"));
  }
}

TEST(MessageReader, ChecksTypesAndUnknownFields) {
  struct Case {
    const char* json;
    const char* why;  ///< empty: fine
  };
  for (const Case& c : {
           Case{R"({"Text":"a","NUMBER":-3,"flag":true,"bits":"12","names":["x","y"]})", ""},
           Case{R"({"text":null})", ""},
           Case{R"({"text":1})", "field \"text\": expecting a string"},
           Case{R"({"number":"3"})", "field \"number\": expecting a 64-bit integer"},
           Case{R"({"number":3.5})", "field \"number\": expecting a 64-bit integer"},
           Case{R"({"number":18446744073709551615})", "field \"number\": expecting a 64-bit integer"},
           Case{R"({"flag":1})", "field \"flag\": expecting true or false"},
           Case{R"({"bits":12})", "field \"bits\": expecting a string that holds a number"},
           Case{R"({"bits":"12x"})", "field \"bits\": expecting a string that holds a number"},
           Case{R"({"bits":"-1"})", "field \"bits\": expecting a string that holds a number"},
           Case{R"({"names":["x",1]})", "field \"names\": expecting an array of strings"},
           Case{R"({"bogus":1})", "found unknown field: bogus"},
           Case{R"([1])", "expecting an object"},
       }) {
    std::string text;
    std::int64_t number = 0;
    std::uint64_t bits = 0;
    bool flag = false;
    std::vector<std::string> names;
    const auto json = nlohmann::json::parse(c.json);
    const auto status = MessageReader(json, "T")
                            .text("text", text)
                            .integer("number", number)
                            .boolean("flag", flag)
                            .text_number("bits", bits)
                            .texts("names", names)
                            .finish();
    if (*c.why == '\0') {
      EXPECT_TRUE(status) << c.json;
    } else {
      ASSERT_FALSE(status) << c.json;
      EXPECT_THAT(status.error().message(), HasSubstr(c.why)) << c.json;
    }
  }
}

TEST(MessageReader, UnknownFieldsAreFineForQueries) {
  const auto json = nlohmann::json::parse(R"({"ID":"x","DaemonID":"t"})");
  std::string id;
  EXPECT_TRUE(MessageReader(json, "T").text("id", id).finish_lenient());
  EXPECT_EQ(id, "x");
}

TEST(BoolText, KnowsTheWordsOfTheWire) {
  for (const char* word : {"true", "True", "1", "yes", "ON", "y", "T"}) EXPECT_EQ(bool_of(word), true) << word;
  for (const char* word : {"false", "False", "0", "no", "off", "N", "f"}) EXPECT_EQ(bool_of(word), false) << word;
  for (const char* word : {"", "2", "maybe", "tru"}) EXPECT_EQ(bool_of(word), std::nullopt) << word;
}

}  // namespace
}  // namespace bryo::kernel
