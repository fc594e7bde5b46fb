#include <kernel/plugin/elf_image.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kMostMemory = std::uint64_t{4} << 30;
constexpr std::size_t kMostSegments = 64;

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#endif

/// [at, at + size) inside [begin, begin + length), without overflow.
bool within(std::uint64_t at, std::uint64_t size, std::uint64_t begin, std::uint64_t length) {
  return at >= begin && at - begin <= length && size <= length - (at - begin);
}

}  // namespace

ElfImage::ElfImage(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  struct stat status {};
  if (file_ >= 0 && ::fstat(file_, &status) == 0 && S_ISREG(status.st_mode)) {
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
}

ElfImage::~ElfImage() {
  if (file_ >= 0) ::close(file_);
}

std::string ElfImage::check_headers() {
  Elf64_Ehdr header{};
  if (!read_file(0, &header, sizeof header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return "it is no ELF file";
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != kMachine || header.e_type != ET_DYN) {
    return "it is no shared library of this machine";
  }
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 || header.e_phnum > kMostSegments) {
    return "its header counts " + std::to_string(header.e_phnum) + " program headers of " +
           std::to_string(header.e_phentsize) + " bytes";
  }
  segments_.resize(header.e_phnum);
  if (!read_file(header.e_phoff, segments_.data(), segments_.size() * sizeof(Elf64_Phdr))) {
    return "its program headers lie outside the file";
  }
  sections_.resize(header.e_shnum);
  if (header.e_shentsize != sizeof(Elf64_Shdr) ||
      !read_file(header.e_shoff, sections_.data(), sections_.size() * sizeof(Elf64_Shdr))) {
    return "its section headers lie outside the file";
  }
  std::uint64_t end = 0;
  for (const Elf64_Phdr& segment : segments_) {
    if (std::string wrong = check_segment(segment, end); !wrong.empty()) return wrong;
  }
  if (end == 0) return "it has nothing to load";
  const bool agree = std::all_of(sections_.begin(), sections_.end(), [this](const auto& s) { return loaded(s); });
  return agree ? "" : "its program headers and its section headers do not agree";
}

bool ElfImage::loaded(const Elf64_Shdr& section) const {
  if ((section.sh_flags & SHF_ALLOC) == 0 || section.sh_type == SHT_NOBITS || section.sh_size == 0) return true;
  const std::uint32_t flags =
      PF_R | ((section.sh_flags & SHF_EXECINSTR) != 0 ? PF_X : 0) | ((section.sh_flags & SHF_WRITE) != 0 ? PF_W : 0);
  return mapped(section.sh_addr, section.sh_size, flags) &&
         file_offset(section.sh_addr, section.sh_size) == section.sh_offset;
}

std::string ElfImage::check_segment(const Elf64_Phdr& segment, std::uint64_t& end) const {
  if (segment.p_type == PT_GNU_STACK && (segment.p_flags & PF_X) != 0) {
    return "it wants an executable stack (link it with -z noexecstack)";
  }
  if (segment.p_type == PT_NULL || segment.p_type == PT_GNU_STACK) return {};
  if (!within(segment.p_offset, segment.p_filesz, 0, size_)) return "a segment lies outside the file";
  if (segment.p_filesz > segment.p_memsz || !within(segment.p_vaddr, segment.p_memsz, 0, kMostMemory)) {
    return "a segment has impossible sizes";
  }
  if (segment.p_type != PT_LOAD) {
    // What a thread gets of its own is made, not mapped, where the file does not have it.
    const std::uint64_t size = segment.p_type == PT_TLS ? segment.p_filesz : segment.p_memsz;
    // The linker takes away the right to write, and with it all others.
    const std::uint32_t flags = segment.p_type == PT_GNU_RELRO ? PF_W : 0;
    return size == 0 || mapped(segment.p_vaddr, size, flags) ? "" : "a segment is not loaded";
  }
  if (segment.p_align > 1 &&
      (!std::has_single_bit(segment.p_align) || (segment.p_vaddr - segment.p_offset) % segment.p_align != 0)) {
    return "a segment has an impossible alignment";
  }
  if (segment.p_vaddr < end) return "its segments overlap";
  end = segment.p_vaddr + segment.p_memsz;
  return {};
}

bool ElfImage::code_begins_at(std::uint64_t address) const {
  return std::any_of(sections_.begin(), sections_.end(), [address](const Elf64_Shdr& section) {
    return section.sh_addr == address && (section.sh_flags & SHF_EXECINSTR) != 0 && section.sh_size != 0;
  });
}

bool ElfImage::are_sections(std::uint32_t type, std::uint64_t address, std::uint64_t size) const {
  const auto any = [&](const auto& matches) {
    return std::any_of(sections_.begin(), sections_.end(),
                       [&](const Elf64_Shdr& section) { return section.sh_type == type && matches(section); });
  };
  return any([&](const Elf64_Shdr& s) { return s.sh_addr == address; }) &&
         any([&](const Elf64_Shdr& s) { return s.sh_addr + s.sh_size == address + size; });
}

const Elf64_Phdr* ElfImage::segment(std::uint32_t type) const {
  const auto found = std::find_if(segments_.begin(), segments_.end(), [&](const auto& s) { return s.p_type == type; });
  return found == segments_.end() ? nullptr : &*found;
}

bool ElfImage::mapped(std::uint64_t address, std::uint64_t size, std::uint32_t flags) const {
  return std::any_of(segments_.begin(), segments_.end(), [&](const Elf64_Phdr& segment) {
    return segment.p_type == PT_LOAD && (segment.p_flags & flags) == flags &&
           within(address, size, segment.p_vaddr, segment.p_memsz);
  });
}

std::optional<std::uint64_t> ElfImage::file_offset(std::uint64_t address, std::uint64_t size) const {
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type == PT_LOAD && within(address, size, segment.p_vaddr, segment.p_filesz)) {
      return segment.p_offset + (address - segment.p_vaddr);
    }
  }
  return std::nullopt;
}

bool ElfImage::read(std::uint64_t address, void* to, std::uint64_t size) const {
  const auto offset = file_offset(address, size);
  return offset && read_file(*offset, to, size);
}

bool ElfImage::read_file(std::uint64_t offset, void* to, std::uint64_t size) const {
  if (!within(offset, size, 0, size_)) return false;
  auto* out = static_cast<char*>(to);
  while (size > 0) {
    const auto count = ::pread(file_, out, size, static_cast<off_t>(offset));
    if (count <= 0) return false;
    out += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::uint64_t>(count);
  }
  return true;
}

}  // namespace bryo::kernel
