#include <kernel/object/head_props.h>

#include <kernel/wire/api_names.h>

namespace bryo::kernel {
namespace {

Status add_word(HeadQuery& query, std::string_view word) {
  struct Row {
    std::string_view word;
    bool HeadQuery::*field;  ///< null: adds nothing
  };
  for (const Row& row : {
           Row{"name", nullptr},
           Row{"size", nullptr},
           Row{"ec", nullptr},
           Row{"chunked", &HeadQuery::chunked},
           Row{"checksum", &HeadQuery::checksum},
           Row{"atime", &HeadQuery::atime},
           Row{"version", &HeadQuery::version},
           Row{"custom", &HeadQuery::custom},
           Row{"location", &HeadQuery::location},
           Row{"copies", &HeadQuery::copies},
           Row{"etag", &HeadQuery::etag},
           Row{"last-modified", &HeadQuery::last_modified},
       }) {
    if (row.word != word) continue;
    if (row.field != nullptr) query.*row.field = true;
    return {};
  }
  return Error(Errc::InvalidArgument, "invalid property \"" + std::string(word.substr(0, 120)) + "\" in props list");
}

Result<Presence> parse_presence(std::string_view text) {
  if (text.empty() || text == "0" || text == "2" || text == "4") return Presence::Any;
  if (text == "1" || text == "3") return Presence::NoProps;
  if (text == "5") return Presence::Outside;
  return Error(Errc::InvalidArgument, "invalid 'presence=" + std::string(text.substr(0, 40)) + "' (expecting 0 to 5)");
}

}  // namespace

Result<HeadQuery> parse_head_query(const Query& query) {
  HeadQuery result;
  BRYO_TRY(presence, parse_presence(query.get(wire::kQueryPresence).value_or("")));
  result.presence = presence;
  const auto text = query.get(wire::kQueryPresence).value_or("");
  result.only_present = text == "2" || text == "3";
  std::string_view props = query.get(wire::kQueryProps).value_or("");
  if (props.empty()) {
    result.names = result.checksum = result.atime = result.version = true;
    result.custom = result.location = result.copies = true;
    return result;
  }
  while (!props.empty()) {
    const auto comma = props.find(',');
    auto word = props.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!word.empty()) BRYO_CHECK(add_word(result, word));
    props = comma == std::string_view::npos ? std::string_view{} : props.substr(comma + 1);
  }
  return result;
}

}  // namespace bryo::kernel
