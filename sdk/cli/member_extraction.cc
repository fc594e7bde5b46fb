#include "member_extraction.h"

#include <bryo/client/archive_writer.h>
#include <bryo/client/output_file.h>
#include <bryo/client/tar_reader.h>

#include <filesystem>
#include <functional>
#include <vector>

#include "console.h"
#include "local_name.h"
#include "progress.h"

namespace bryo::cli {
namespace {

/// Every file of the TAR: `begin`, then `bytes` as often as it takes, then `end`.
struct MemberHandler {
  std::function<Status(const client::TarMember&)> begin;
  std::function<Status(std::span<const std::byte>)> bytes;
  std::function<Status()> end;
};

Status read_members(client::ByteInput& input, const MemberHandler& handler) {
  client::TarReader tar(input);
  std::vector<std::byte> buffer(std::size_t{128} << 10);
  while (true) {
    BRYO_TRY(member, tar.next());
    if (!member) return tar.drain();
    BRYO_CHECK(handler.begin(*member));
    while (true) {
      BRYO_TRY(n, tar.read(buffer));
      if (n == 0) break;
      BRYO_CHECK(handler.bytes(std::span(buffer).first(n)));
    }
    BRYO_CHECK(handler.end());
  }
}

Result<client::OutputFile> create_below(const std::string& folder, std::string_view member, bool overwrite) {
  // `tar c .` names everything so.
  while (member.starts_with("./")) member.remove_prefix(2);
  BRYO_TRY(name, local_name(member));
  const auto path = (std::filesystem::path(folder) / name).string();
  std::error_code ignored;
  if (!overwrite && std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    return Error(Errc::Conflict, path + " exists: pass --force to overwrite");
  }
  return client::OutputFile::create(path);
}

}  // namespace

Result<Extracted> extract_members(client::ByteInput& tar, const std::string& folder, bool overwrite, Console& console,
                                  Progress& progress) {
  Extracted extracted;
  std::optional<client::OutputFile> file;
  const MemberHandler handler{.begin = [&](const client::TarMember& member) -> Status {
                                auto created = create_below(folder, member.name, overwrite);
                                if (created) {
                                  file.emplace(std::move(*created));
                                } else {
                                  ++extracted.refused;
                                  console.fail(created.error().message());
                                }
                                return {};
                              },
                              .bytes = [&](std::span<const std::byte> bytes) -> Status {
                                if (!file) return {};
                                progress.add_bytes(bytes.size());
                                return file->write(bytes);
                              },
                              .end = [&]() -> Status {
                                if (!file) return {};
                                BRYO_CHECK(file->commit());
                                file.reset();
                                progress.add_item();
                                ++extracted.members;
                                return {};
                              }};
  BRYO_CHECK(read_members(tar, handler));
  return extracted;
}

Result<std::uint64_t> repack_members(client::ByteInput& tar, client::ArchiveFormat format, client::ByteSink& sink,
                                     Progress& progress) {
  const auto writer = client::make_archive_writer(sink, format);
  std::uint64_t members = 0;
  const MemberHandler handler{
      .begin = [&](const client::TarMember& member) { return writer->begin(member.name, member.size); },
      .bytes = [&](std::span<const std::byte> bytes) -> Status {
        progress.add_bytes(bytes.size());
        return writer->write(bytes);
      },
      .end = [&]() -> Status {
        progress.add_item();
        ++members;
        return {};
      }};
  BRYO_CHECK(read_members(tar, handler));
  BRYO_CHECK(writer->finish());
  return members;
}

}  // namespace bryo::cli
