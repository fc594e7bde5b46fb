#include <kernel/archive/archive_registry.h>
#include <kernel/archive/member_table.h>

#include <algorithm>
#include <array>

namespace bryo::kernel {
namespace {

/// Enough for the magic of every format; tar's lies at 257.
constexpr std::size_t kProbe = 512;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

/// The object's name in a label such as `ais://b/dir/o`, without the directories.
std::string_view base_name(std::string_view label) { return label.substr(label.rfind('/') + 1); }

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Status ArchiveRegistry::add(ArchiveFormat format, const std::string& owner) {
  for (const Entry& other : formats_) {
    for (const auto* names : {&format.spec.extensions, &format.spec.mime_names}) {
      for (const std::string& name : *names) {
        if (contains(other.format->spec.extensions, name) || contains(other.format->spec.mime_names, name)) {
          return Error(Errc::Conflict, "archive format '" + name + "' of '" + owner + "' is already provided by '" +
                                           other.owner + "': enable one of them");
        }
      }
    }
  }
  const auto& extensions = format.spec.extensions;
  const auto dotted = [](const std::string& extension) { return extension.size() > 1 && extension.front() == '.'; };
  if (extensions.empty() || !std::all_of(extensions.begin(), extensions.end(), dotted)) {
    return Error(Errc::InvalidArgument,
                 "archive format '" + format.spec.name + "' of '" + owner + "' needs extensions that begin with a dot");
  }
  if (!format.reader && !format.make_writer) {
    return Error(Errc::InvalidArgument,
                 "archive format '" + format.spec.name + "' of '" + owner + "' has neither reader nor writer");
  }
  formats_.push_back({std::make_shared<const ArchiveFormat>(std::move(format)), owner});
  return {};
}

void ArchiveRegistry::withdraw(const std::string& owner) {
  std::erase_if(formats_, [&](const Entry& entry) { return entry.owner == owner; });
}

Result<std::shared_ptr<const ArchiveFormat>> ArchiveRegistry::by_mime(std::string_view mime) const {
  const std::string wanted = mime.empty() ? ".tar" : lower(mime);
  const std::string dotted = wanted.starts_with('.') ? wanted : "." + wanted;
  for (const Entry& entry : formats_) {
    const ArchiveFormatSpec& spec = entry.format->spec;
    if (contains(spec.extensions, dotted) || contains(spec.mime_names, wanted)) return entry.format;
  }
  return Error(Errc::InvalidArgument, "unknown mime type \"" + (mime.empty() ? wanted : std::string(mime)) + "\"",
               "errUnknownMime");
}

std::shared_ptr<const ArchiveFormat> ArchiveRegistry::by_name(std::string_view name) const {
  const Entry* best = nullptr;
  std::size_t longest = 0;
  for (const Entry& entry : formats_) {
    for (const std::string& extension : entry.format->spec.extensions) {
      if (extension.size() > longest && name.ends_with(extension)) {
        best = &entry;
        longest = extension.size();
      }
    }
  }
  return best == nullptr ? nullptr : best->format;
}

Task<Result<KnownIndex>> ArchiveRegistry::look_up(ObjectPtr object, std::string label) {
  KnownIndex known;
  if (const auto shard = cache_.find(object)) {
    known = {KnownIndex::State::Known, shard->index->size()};
    co_return known;
  }
  if (!files_) co_return known;
  std::function<Status()> work = [this, &known, object, label = std::move(label)]() -> Status {
    BRYO_TRY(format, recognise(*object, label));
    known = files_->look_up(*object, format->spec);
    return {};
  };
  BRYO_CO_CHECK(co_await blocking_->run(std::move(work)));
  co_return known;
}

Result<std::shared_ptr<const ArchiveFormat>> ArchiveRegistry::by_content(const OpenObject& object) const {
  std::array<std::byte, kProbe> head;
  const std::size_t size = std::min<std::size_t>(head.size(), object.size());
  BRYO_CHECK(object.read_blocking(0, MutableBytes(head).first(size)));
  const std::string_view text = as_text(BytesView(head).first(size));
  for (const Entry& entry : formats_) {
    for (const auto& magic : entry.format->spec.magic) {
      if (text.size() >= magic.offset + magic.bytes.size() &&
          text.substr(magic.offset, magic.bytes.size()) == magic.bytes) {
        return entry.format;
      }
    }
  }
  return std::shared_ptr<const ArchiveFormat>();
}

Result<std::shared_ptr<const ArchiveFormat>> ArchiveRegistry::recognise(const OpenObject& object,
                                                                        std::string_view label) const {
  if (auto format = by_name(label)) return format;
  BRYO_TRY(format, by_content(object));
  if (format) return format;
  return Error(Errc::InvalidArgument,
               "unrecognized or unsupported file format: \"" + std::string(base_name(label)) + "\"");
}

Result<std::shared_ptr<const MemberIndex>> ArchiveRegistry::index_of(const OpenObject& object,
                                                                     const ArchiveFormat& format,
                                                                     const std::string& label, MemberTap* tap) const {
  if (files_ && format.reader) {
    auto kept = files_->load(object, format.spec, label, metrics_.damaged);
    if (kept && metrics_.loads != nullptr) metrics_.loads->add();
    if (kept) return std::shared_ptr<const MemberIndex>(std::move(kept));
  }
  BRYO_TRY(table, walk(object, format, label, tap));
  if (files_) files_->store(object, format.spec, *table);
  return std::shared_ptr<const MemberIndex>(std::move(table));
}

Result<std::shared_ptr<const MemberTable>> ArchiveRegistry::walk(const OpenObject& object, const ArchiveFormat& format,
                                                                 const std::string& label, MemberTap* tap) const {
  if (!format.reader) {
    return Error(Errc::Unsupported, "archive format " + format.spec.name + " of " + label + " cannot be read here");
  }
  if (metrics_.passes != nullptr) metrics_.passes->add();
  MemberTableBuilder members(max_index_, label, tap);
  const Status whole = format.reader->index(object, label, members);
  // Members before the damage are good. A disk that fails is no property of the archive.
  if (!whole && (members.empty() || whole.error().code() != Errc::InvalidArgument)) return whole.error();
  return std::shared_ptr<const MemberTable>(members.finish(whole ? std::string() : whole.error().message()));
}

Task<Result<Shard>> ArchiveRegistry::open(ObjectPtr object, std::string label, std::shared_ptr<MemberTap> tap) {
  // A name of its own: g++ 12 destroys a closure twice that is a temporary of a co_await expression.
  std::function<Result<Shard>()> build = [this, object, label = std::move(label),
                                          tap = std::move(tap)]() -> Result<Shard> {
    BRYO_TRY(format, recognise(*object, label));
    BRYO_TRY(index, index_of(*object, *format, label, tap.get()));
    return Shard{object, std::move(index), format};
  };
  co_return co_await cache_.open(std::move(object), *blocking_, std::move(build));
}

Task<Result<Shard>> ArchiveRegistry::open_as(ObjectPtr object, std::string label, std::string mime) {
  if (mime.empty() || by_name(label)) co_return co_await open(std::move(object), std::move(label));
  BRYO_CO_TRY(format, by_mime(mime));
  if (auto kept = cache_.find(object); kept && kept->format == format) co_return *std::move(kept);
  std::shared_ptr<const MemberIndex> index;
  std::function<Status()> work = [&]() -> Status {
    BRYO_TRY(known, by_content(*object));
    if (known == format) return {};
    BRYO_TRY(table, walk(*object, *format, label, nullptr));
    index = std::move(table);
    return {};
  };
  BRYO_CO_CHECK(co_await blocking_->run(std::move(work)));
  if (!index) co_return co_await open(std::move(object), std::move(label));
  co_return Shard{std::move(object), std::move(index), std::move(format)};
}

}  // namespace bryo::kernel
