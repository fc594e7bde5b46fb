// Reads the ABI tag out of a plugin's file without loading it: loading runs constructors of code that may have to be
// refused, and a sanitized library kills a process that is not.
#include <elf.h>
#include <kernel/plugin/plugin_file.h>

#include <cstring>
#include <fstream>
#include <map>

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kMaxSections = 10'000;
constexpr std::uint64_t kMaxNames = 1 << 20;
constexpr std::uint64_t kMaxTag = 4096;

class ElfFile {
 public:
  explicit ElfFile(const std::string& path) : in_(path, std::ios::binary) {}

  /// The bytes of a section; empty if there is none, or if anything about the file is off.
  std::string section(std::string_view wanted) {
    Elf64_Ehdr header{};
    if (!read(0, &header, sizeof header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_shentsize != sizeof(Elf64_Shdr) ||
        header.e_shnum > kMaxSections || header.e_shstrndx >= header.e_shnum) {
      return {};
    }
    std::vector<Elf64_Shdr> sections(header.e_shnum);
    if (!read(header.e_shoff, sections.data(), sections.size() * sizeof(Elf64_Shdr))) return {};
    const std::string names = bytes(sections[header.e_shstrndx], kMaxNames);
    for (const Elf64_Shdr& section : sections) {
      if (section.sh_name < names.size() && std::string_view(names.c_str() + section.sh_name) == wanted) {
        return bytes(section, kMaxTag);
      }
    }
    return {};
  }

 private:
  bool read(std::uint64_t offset, void* to, std::size_t size) {
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(offset));
    return in_ && in_.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
  }
  std::string bytes(const Elf64_Shdr& section, std::uint64_t limit) {
    if (section.sh_type == SHT_NOBITS || section.sh_size > limit) return {};
    std::string out(section.sh_size, '\0');
    return read(section.sh_offset, out.data(), out.size()) ? out : std::string();
  }

  std::ifstream in_;
};

std::map<std::string, std::string, std::less<>> fields(std::string_view tag) {
  std::map<std::string, std::string, std::less<>> out;
  while (!tag.empty()) {
    const auto space = std::min(tag.find(' '), tag.size());
    const std::string_view field = tag.substr(0, space);
    const auto equals = std::min(field.find('='), field.size());
    out.emplace(field.substr(0, equals), field.substr(std::min(equals + 1, field.size())));
    tag.remove_prefix(std::min(space + 1, tag.size()));
  }
  return out;
}

}  // namespace

Result<std::string> read_abi_tag(std::string_view name, const std::string& path) {
  const std::string section = ElfFile(path).section("bryo_abi");
  const std::string tag = section.c_str();  // up to the NUL
  if (tag.empty()) {
    return Error(Errc::InvalidArgument, "plugin '" + std::string(name) + "': " + path +
                                            " is no Bryo plugin (it has no ABI tag); build it with bryo_add_plugin()");
  }
  return tag;
}

Status check_abi_tag(std::string_view name, std::string_view theirs, std::string_view ours) {
  const auto their_fields = fields(theirs);
  const auto our_fields = fields(ours);
  const auto refuse = [&](const std::string& field, const std::string& built, const std::string& needed) {
    return Error(Errc::InvalidArgument, "plugin '" + std::string(name) + "': built with " + field + "=" + built +
                                            ", this server needs " + field + "=" + needed +
                                            "; rebuild it against this server's SDK");
  };
  for (const auto& [field, value] : our_fields) {
    const auto found = their_fields.find(field);
    if (found == their_fields.end() || found->second != value) {
      return refuse(field, found == their_fields.end() ? "(none)" : found->second, value);
    }
  }
  for (const auto& [field, value] : their_fields) {
    if (!our_fields.contains(field)) return refuse(field, value, "(none)");
  }
  return {};
}

}  // namespace bryo::kernel
