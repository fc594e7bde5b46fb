#include "spec_keys.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "edit_distance.h"

namespace bryo::cli {
namespace {

template <class Key>
struct KeyName {
  std::string_view name;  ///< lower case, without '_'
  std::string_view shown;
  Key key;
};

constexpr auto kRequestKeys = std::to_array<KeyName<RequestKey>>({
    {"in", "in", RequestKey::In},
    {"mime", "mime", RequestKey::Format},
    {"outputformat", "output_format", RequestKey::Format},
    {"coer", "coer", RequestKey::ContinueOnError},
    {"continueonerr", "continue_on_err", RequestKey::ContinueOnError},
    {"continueonerror", "continue_on_error", RequestKey::ContinueOnError},
    {"contonerr", "cont_on_err", RequestKey::ContinueOnError},
    {"onob", "onob", RequestKey::OnlyObjectName},
    {"onlyobjname", "only_obj_name", RequestKey::OnlyObjectName},
    {"omitsrcbck", "omit_src_bck", RequestKey::OnlyObjectName},
    {"strm", "strm", RequestKey::Streaming},
    {"streamingget", "streaming_get", RequestKey::Streaming},
    {"streaming", "streaming", RequestKey::Streaming},
    {"coloc", "coloc", RequestKey::Colocation},
    {"colocation", "colocation", RequestKey::Colocation},
});

constexpr auto kEntryKeys = std::to_array<KeyName<EntryKey>>({
    {"objname", "objname", EntryKey::Object},
    {"bucket", "bucket", EntryKey::Bucket},
    {"provider", "provider", EntryKey::Provider},
    {"uname", "uname", EntryKey::Uname},
    {"archpath", "archpath", EntryKey::ArchPath},
    {"opaque", "opaque", EntryKey::Opaque},
    {"start", "start", EntryKey::Start},
    {"length", "length", EntryKey::Length},
});

std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '_' || c == '-') continue;
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

template <class Key>
Result<Key> find_key(std::span<const KeyName<Key>> keys, std::string_view name, std::string_view what) {
  const auto wanted = plain(name).substr(0, 64);
  for (const auto& key : keys) {
    if (key.name == wanted) return key.key;
  }
  const auto nearest = std::min_element(keys.begin(), keys.end(), [&](const auto& a, const auto& b) {
    return edit_distance(a.name, wanted) < edit_distance(b.name, wanted);
  });
  std::string known;
  for (const auto& key : keys) known.append(known.empty() ? "" : " ").append(key.shown);
  return Error(Errc::InvalidArgument, "unknown key \"" + std::string(name.substr(0, 64)) + "\" in " +
                                          std::string(what) + ": did you mean \"" + std::string(nearest->shown) +
                                          "\"? (known: " + known + ")");
}

}  // namespace

Result<RequestKey> request_key(std::string_view name) {
  return find_key<RequestKey>(kRequestKeys, name, "the specification");
}
Result<EntryKey> entry_key(std::string_view name) { return find_key<EntryKey>(kEntryKeys, name, "an entry"); }

}  // namespace bryo::cli
