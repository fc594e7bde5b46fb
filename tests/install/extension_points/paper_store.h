#pragma once

#include <bryo/meta_store.h>

/// A meta store that is as simple as can be: one file for each key, in `place.directory`; revisions count up.
bryo::Result<std::unique_ptr<bryo::MetaStore>> open_paper_store(const bryo::MetaStorePlace& place);
