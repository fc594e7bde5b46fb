// Messages of clients: JSON of any shape as an action, a list message, a bucket, the fields of a job.
#include <kernel/wire/action_message.h>
#include <kernel/wire/bucket_text.h>
#include <kernel/wire/list_message.h>
#include <tests/fuzz/promise.h>

using namespace bryo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = kernel::parse_action({reinterpret_cast<const char*>(data), size}, "POST");
  if (!message) {
    fuzz::require(message.error().status() == 400, "what cannot be read is the client's fault");
    return 0;
  }
  if (const auto list = kernel::parse_list_message(message->value)) {
    fuzz::require(list->page_size > 0, "a page has room");
    fuzz::require(list->prefix.find("..") == std::string::npos || !list->prefix.starts_with("../"), "no way upwards");
  }
  if (const auto bucket = kernel::bucket_of_json(message->value)) {
    const auto again = kernel::bucket_of_json(nlohmann::json::parse(kernel::bucket_json(*bucket)));
    fuzz::require(again && (bucket->name.empty() || *again == *bucket), "the JSON of a bucket names that bucket");
  }
  std::string text;
  std::vector<std::string> texts;
  bool flag = false;
  std::int64_t number = 0;
  BucketName bucket;
  static_cast<void>(kernel::MessageReader(message->value, "fuzz")
                        .text("template", text)
                        .texts("objnames", texts)
                        .boolean("coer", flag)
                        .integer("num-workers", number)
                        .bucket("tobck", bucket)
                        .finish());
  return 0;
}
