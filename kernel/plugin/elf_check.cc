// Whether the dynamic linker can work through a file: it follows every number in it without a doubt, and a process that
// loads a damaged library dies inside dlopen.
#include <kernel/plugin/elf_image.h>
#include <kernel/plugin/plugin_file.h>

#include <algorithm>
#include <map>
#include <set>

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kMostDynamic = 1024;
constexpr int kMostVersions = 4096;
constexpr std::uint16_t kHidden = 0x7fff;

/// The tables that the dynamic section points at. Each check answers what is wrong, as the rest of a sentence.
class Tables {
 public:
  explicit Tables(const ElfImage& image) : image_(image) {}

  std::string check() {
    for (const auto part : {&Tables::dynamic, &Tables::strings, &Tables::symbols, &Tables::versions,
                            &Tables::relocations, &Tables::functions}) {
      if (std::string wrong = (this->*part)(); !wrong.empty()) return wrong;
    }
    return {};
  }

 private:
  [[nodiscard]] std::uint64_t value(std::int64_t tag) const {
    const auto found = tags_.find(tag);
    return found == tags_.end() ? 0 : found->second;
  }
  [[nodiscard]] bool has(std::int64_t tag) const { return tags_.contains(tag); }
  [[nodiscard]] bool is_name(std::uint64_t offset) const { return offset < strings_; }

  /// The linker ends the process over a version of a library that is not needed.
  [[nodiscard]] bool is_needed(std::uint64_t offset) const {
    return is_name(offset) && std::any_of(needed_.begin(), needed_.end(), [&](std::uint64_t name) {
             return text_.c_str() + name == std::string_view(text_.c_str() + offset);
           });
  }

  std::string dynamic() {
    const Elf64_Phdr* const segment = image_.segment(PT_DYNAMIC);
    if (segment == nullptr) return "it has no dynamic section";
    const auto count = std::min<std::uint64_t>(segment->p_filesz / sizeof(Elf64_Dyn), kMostDynamic);
    const auto entries = image_.records<Elf64_Dyn>(segment->p_vaddr, count);
    if (!entries || !image_.mapped(segment->p_vaddr, segment->p_memsz, PF_W))
      return "its dynamic section is not loaded";
    const auto end = std::find_if(entries->begin(), entries->end(), [](const auto& e) { return e.d_tag == DT_NULL; });
    if (end == entries->end()) return "its dynamic section does not end";
    for (auto entry = entries->begin(); entry != end; ++entry) {
      if (!tags_.emplace(entry->d_tag, entry->d_un.d_val).second && entry->d_tag != DT_NEEDED) {
        return "its dynamic section says the same twice";
      }
      if (entry->d_tag == DT_NEEDED) needed_.push_back(entry->d_un.d_val);
    }
    // The linker takes the second for granted where it finds the first, or leaves both out.
    const std::pair<std::int64_t, std::int64_t> together[] = {{DT_RELA, DT_RELASZ},
                                                              {DT_RELA, DT_RELAENT},
                                                              {DT_JMPREL, DT_PLTRELSZ},
                                                              {DT_JMPREL, DT_PLTREL},
                                                              {DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
                                                              {DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
                                                              {DT_STRTAB, DT_STRSZ},
                                                              {DT_SYMTAB, DT_GNU_HASH},
                                                              {DT_VERNEED, DT_VERSYM},
                                                              {kPacked, kPackedSize},
                                                              {kPacked, kPackedEntry}};
    for (const auto& [one, other] : together) {
      if (has(one) != has(other)) return "its dynamic section is not whole";
    }
    return has(DT_TEXTREL) || has(DT_REL) ? "it is not position-independent" : "";
  }

  std::string strings() {
    strings_ = value(DT_STRSZ);
    const auto all = image_.records<char>(value(DT_STRTAB), strings_);
    if (!all || all->empty() || all->back() != '\0') return "its table of names is damaged";
    text_.assign(all->begin(), all->end());
    bool good = std::all_of(needed_.begin(), needed_.end(), [this](std::uint64_t name) { return is_name(name); });
    for (const std::int64_t tag : {DT_SONAME, DT_RPATH, DT_RUNPATH}) good = good && (!has(tag) || is_name(value(tag)));
    return good ? "" : "a name in its dynamic section lies outside the table of names";
  }

  /// Their number is known from the hash table only: its last chain ends at the last symbol.
  std::string symbols() {
    struct Header {
      std::uint32_t buckets, first, words, shift;
    };
    const std::uint64_t at = value(DT_GNU_HASH);
    const auto header = has(DT_GNU_HASH) ? image_.record<Header>(at) : std::nullopt;
    if (!header || header->buckets == 0 || header->words == 0 || (header->words & (header->words - 1)) != 0) {
      return "its hash table is damaged";
    }
    const std::uint64_t buckets_at = at + sizeof(Header) + std::uint64_t{header->words} * sizeof(std::uint64_t);
    const auto buckets = image_.records<std::uint32_t>(buckets_at, header->buckets);
    if (!buckets) return "its hash table is damaged";
    std::uint64_t last = 0;
    for (const std::uint32_t bucket : *buckets) {
      if (bucket != 0 && bucket < header->first) return "its hash table is damaged";
      last = std::max<std::uint64_t>(last, bucket);
    }
    const std::uint64_t chains_at = buckets_at + std::uint64_t{header->buckets} * sizeof(std::uint32_t);
    symbols_ = std::max<std::uint64_t>(last, header->first);
    for (; last != 0; ++symbols_) {
      const auto link = image_.record<std::uint32_t>(chains_at + (symbols_ - header->first) * sizeof(std::uint32_t));
      if (!link) return "its hash table is damaged";
      if ((*link & 1) == 0) continue;
      ++symbols_;
      break;
    }
    const auto symbols = image_.records<Elf64_Sym>(value(DT_SYMTAB), symbols_);
    if (!symbols || symbols->empty() || value(DT_SYMENT) != sizeof(Elf64_Sym)) return "its table of symbols is damaged";
    // The first is none.
    if (!std::all_of(symbols->begin() + 1, symbols->end(), [this](const Elf64_Sym& one) { return symbol(one); })) {
      return "a symbol is damaged";
    }
    return {};
  }
  [[nodiscard]] bool symbol(const Elf64_Sym& one) const {
    const auto type = ELF64_ST_TYPE(one.st_info);
    if (!is_name(one.st_name)) return false;
    // One of another library that only this one may see would be looked for here, at nothing.
    if (one.st_shndx == SHN_UNDEF) {
      return ELF64_ST_BIND(one.st_info) != STB_LOCAL && ELF64_ST_VISIBILITY(one.st_other) == STV_DEFAULT;
    }
    if (one.st_shndx == SHN_ABS || type == STT_TLS) return true;
    const bool code = type == STT_FUNC || type == STT_GNU_IFUNC;
    return one.st_value != 0 && image_.mapped(one.st_value, code ? 1 : 0, code ? PF_X : 0);
  }

  std::string versions() {
    if (!has(DT_VERSYM)) return has(DT_VERDEF) ? "its table of versions is damaged" : "";
    std::uint16_t highest = VER_NDX_GLOBAL;
    const auto of_symbols = image_.records<std::uint16_t>(value(DT_VERSYM), symbols_);
    if (!of_symbols || !needed_versions(highest) || !own_versions(highest)) return "its table of versions is damaged";
    const auto known = [highest](std::uint16_t version) { return (version & kHidden) <= highest; };
    return std::all_of(of_symbols->begin(), of_symbols->end(), known) ? "" : "its table of versions is damaged";
  }
  bool needed_versions(std::uint16_t& highest) {
    int seen = 0;
    std::uint64_t at = value(DT_VERNEED);
    for (bool more = has(DT_VERNEED); more;) {
      const auto need = image_.record<Elf64_Verneed>(at);
      if (!need || need->vn_version != VER_NEED_CURRENT || !is_needed(need->vn_file)) return false;
      std::uint64_t detail_at = at + need->vn_aux;
      for (bool further = true; further;) {
        const auto detail = image_.record<Elf64_Vernaux>(detail_at);
        if (!detail || !is_name(detail->vna_name) || ++seen > kMostVersions) return false;
        highest = std::max<std::uint16_t>(highest, detail->vna_other & kHidden);
        further = detail->vna_next != 0;
        detail_at += detail->vna_next;
      }
      more = need->vn_next != 0;
      at += need->vn_next;
    }
    return true;
  }
  bool own_versions(std::uint16_t& highest) {
    int seen = 0;
    std::uint64_t at = value(DT_VERDEF);
    for (bool more = has(DT_VERDEF); more;) {
      const auto own = image_.record<Elf64_Verdef>(at);
      const auto named = own ? image_.record<Elf64_Verdaux>(at + own->vd_aux) : std::nullopt;
      if (!named || own->vd_version != VER_DEF_CURRENT || !is_name(named->vda_name) || ++seen > kMostVersions) {
        return false;
      }
      highest = std::max<std::uint16_t>(highest, own->vd_ndx & kHidden);
      more = own->vd_next != 0;
      at += own->vd_next;
    }
    return true;
  }

  std::string relocations() {
    if (has(DT_RELA) && value(DT_RELAENT) != sizeof(Elf64_Rela)) return "its relocations are damaged";
    if (has(DT_JMPREL) && value(DT_PLTREL) != DT_RELA) return "its relocations are damaged";
    const bool good = relocations(value(DT_RELA), value(DT_RELASZ)) &&
                      relocations(value(DT_JMPREL), value(DT_PLTRELSZ)) && packed_relocations();
    return good ? "" : "its relocations are damaged";
  }
  /// An even word is an address, an odd one has a bit for each of the 63 pointers that follow.
  bool packed_relocations() {
    constexpr std::uint64_t kPointer = sizeof(std::uint64_t);
    if (!has(kPacked)) return true;
    const auto all = image_.records<std::uint64_t>(value(kPacked), value(kPackedSize) / kPointer);
    if (!all || value(kPackedEntry) != kPointer) return false;
    std::uint64_t next = 0;
    for (const std::uint64_t word : *all) {
      if (word % 2 == 0) {
        if (!image_.mapped(word, kPointer, PF_W)) return false;
        next = word + kPointer;
        continue;
      }
      for (std::uint64_t bit = 1; bit < 64; ++bit) {
        const bool set = (word >> bit & 1) != 0;
        if (set && !image_.mapped(next + (bit - 1) * kPointer, kPointer, PF_W)) return false;
      }
      next += 63 * kPointer;
    }
    return true;
  }
  bool relocations(std::uint64_t at, std::uint64_t size) {
    const auto all = image_.records<Elf64_Rela>(at, size / sizeof(Elf64_Rela));
    if (size == 0) return true;
    if (!all || !image_.are_sections(SHT_RELA, at, size) || size % sizeof(Elf64_Rela) != 0) return false;
    return std::all_of(all->begin(), all->end(), [this](const Elf64_Rela& one) { return relocation(one); });
  }
  bool relocation(const Elf64_Rela& one) {
    constexpr std::uint64_t kPointer = sizeof(std::uint64_t);
    const bool relative = ELF64_R_TYPE(one.r_info) == kRelative;
    const auto target = static_cast<std::uint64_t>(one.r_addend);
    if (ELF64_R_TYPE(one.r_info) == kCopy) return false;
    if (ELF64_R_TYPE(one.r_info) == kResolved && !image_.mapped(target, 1, PF_X)) return false;
    if (!image_.mapped(one.r_offset, kPointer, PF_W) || !targets_.insert(one.r_offset).second) return false;
    const Elf64_Phdr& dynamic = *image_.segment(PT_DYNAMIC);
    if (one.r_offset >= dynamic.p_vaddr && one.r_offset - dynamic.p_vaddr < dynamic.p_memsz) return false;
    if (ELF64_R_SYM(one.r_info) >= std::max<std::uint64_t>(symbols_, 1)) return false;
    if (relative && !image_.mapped(target, 0)) return false;
    if (!runs(one.r_offset)) return true;
    ++running_;
    return one.r_offset % kPointer == 0 && (!relative || image_.mapped(target, 1, PF_X));
  }
  /// Whether a pointer there is called when the library is loaded, or when the process ends.
  [[nodiscard]] bool runs(std::uint64_t at) const {
    const auto inside = [&](std::int64_t array, std::int64_t size) {
      return at >= value(array) && at - value(array) < value(size);
    };
    return inside(DT_INIT_ARRAY, DT_INIT_ARRAYSZ) || inside(DT_FINI_ARRAY, DT_FINI_ARRAYSZ);
  }

  std::string functions() {
    for (const std::int64_t tag : {DT_INIT, DT_FINI}) {
      if (has(tag) && !image_.code_begins_at(value(tag))) return "its initialisation is damaged";
    }
    std::uint64_t pointers = 0;
    const auto array = [&](std::int64_t at, std::int64_t size, std::uint32_t type) {
      pointers += value(size) / sizeof(std::uint64_t);
      return value(size) == 0 ||
             (image_.are_sections(type, value(at), value(size)) && image_.mapped(value(at), value(size), PF_W));
    };
    if (!array(DT_INIT_ARRAY, DT_INIT_ARRAYSZ, SHT_INIT_ARRAY) ||
        !array(DT_FINI_ARRAY, DT_FINI_ARRAYSZ, SHT_FINI_ARRAY)) {
      return "its initialisation is damaged";
    }
    // Whose targets are in the data, where packed relocations leave them, is not looked into.
    return has(kPacked) || pointers == running_ ? "" : "its initialisation is damaged";
  }

#if defined(__x86_64__)
  static constexpr std::uint64_t kRelative = R_X86_64_RELATIVE;
  static constexpr std::uint64_t kCopy = R_X86_64_COPY;           ///< of programs only
  static constexpr std::uint64_t kResolved = R_X86_64_IRELATIVE;  ///< its target is called
#elif defined(__aarch64__)
  static constexpr std::uint64_t kRelative = R_AARCH64_RELATIVE;
  static constexpr std::uint64_t kCopy = R_AARCH64_COPY;
  static constexpr std::uint64_t kResolved = R_AARCH64_IRELATIVE;
#endif

  /// DT_RELR and its companions, which older headers do not know.
  static constexpr std::int64_t kPacked = 36;
  static constexpr std::int64_t kPackedSize = 35;
  static constexpr std::int64_t kPackedEntry = 37;

  const ElfImage& image_;
  std::map<std::int64_t, std::uint64_t> tags_;
  std::vector<std::uint64_t> needed_;  ///< offsets in the table of names
  std::uint64_t strings_ = 0;          ///< its size
  std::string text_;                   ///< its content
  std::uint64_t symbols_ = 0;
  std::set<std::uint64_t> targets_;  ///< of relocations
  std::uint64_t running_ = 0;        ///< those of pointers that are called
};

}  // namespace

Status check_loadable(std::string_view name, const std::string& path) {
  ElfImage image(path);
  std::string wrong = image.check_headers();
  if (wrong.empty()) wrong = Tables(image).check();
  if (wrong.empty()) return {};
  return Error(Errc::InvalidArgument, "plugin '" + std::string(name) + "': " + path + " cannot be loaded: " + wrong +
                                          "; copy or build it again with bryo_add_plugin()");
}

}  // namespace bryo::kernel
