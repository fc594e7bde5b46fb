#pragma once

/// From what the store lists to what the wire shows (http-buckets.md section 5). Pure.

#include <bryo/backend.h>
#include <kernel/object/object_location.h>
#include <kernel/store/object_store.h>
#include <kernel/wire/list_message.h>
#include <kernel/wire/list_page.h>

#include <string>
#include <unordered_set>

namespace bryo::kernel {

/// What the store must be asked for.
[[nodiscard]] ListRequest list_request(const ListMessage& message);

/// What the listing shows of an object or directory.
[[nodiscard]] ListEntry list_entry(ListedObject listed, const ListMessage& message, const ObjectLocations& locations);

/// The answer. The token is the last name of a full page.
[[nodiscard]] ListReply list_reply(ListPage page, const ListMessage& message, const ObjectLocations& locations);

/// The answer for a remote bucket: `present` holds the names that are here.
[[nodiscard]] ListReply remote_list_reply(BackendPage page, const ListMessage& message,
                                          const std::unordered_set<std::string>& present);

}  // namespace bryo::kernel
