// Listings with any names and numbers: what is sent as msgpack and JSON reads back as what was meant.
#include <kernel/wire/json_text.h>
#include <kernel/wire/list_page.h>
#include <tests/fuzz/promise.h>
#include <nlohmann/json.hpp>

using namespace bryo;

namespace {

/// Takes values off the input; zeros and empty texts at its end.
class Values {
 public:
  Values(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  [[nodiscard]] bool ended() const { return rest_.empty(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (const char c : take(rest_.empty() ? 0 : static_cast<std::uint8_t>(take(1).front()) % 9)) {
      value = value << 8 | static_cast<std::uint8_t>(c);
    }
    return value;
  }
  std::string text() { return std::string(take(number() % 300)); }

 private:
  std::string_view take(std::size_t n) {
    const auto out = rest_.substr(0, n);
    rest_.remove_prefix(out.size());
    return out;
  }
  std::string_view rest_;
};

void require_text(const nlohmann::json& entry, const char* key, const std::string& meant) {
  fuzz::require(meant.empty() ? !entry.contains(key) : entry.at(key) == meant, "texts read back as they were");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Values values(data, size);
  kernel::ListReply reply;
  reply.uuid = values.text();
  reply.continuation_token = values.text();
  while (!values.ended()) {
    kernel::ListEntry& entry = reply.entries.emplace_back();
    entry.name = values.text();
    entry.checksum = values.text();
    entry.custom = values.text();
    entry.size = values.number() & 0x7fff'ffff'ffff'ffff;
    entry.flags = static_cast<std::uint16_t>(values.number());
  }
  const auto read = nlohmann::json::from_msgpack(kernel::list_msgpack(reply), true, false);
  fuzz::require(!read.is_discarded() && read.at("UUID") == reply.uuid, "msgpack is well-formed");
  for (std::size_t i = 0; i < reply.entries.size(); ++i) {
    const auto& entry = read.at("Entries").at(i);
    const auto& meant = reply.entries[i];
    require_text(entry, "cs", meant.checksum);
    require_text(entry, "m", meant.custom);
    fuzz::require(entry.value("n", "") == meant.name, "names read back as they were");
    fuzz::require(entry.value("s", std::uint64_t{0}) == meant.size, "sizes read back as they were");
  }
  return 0;
}
