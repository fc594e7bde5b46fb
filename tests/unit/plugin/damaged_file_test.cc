// Files that are no whole plugin are refused with a sentence; none ends the process.
#include <gtest/gtest.h>
#include <kernel/plugin/plugin_file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <elf.h>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include <unistd.h>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;

/// What happens before anything of the file runs.
Status check(const std::string& path) {
  BRYO_CHECK(check_trusted("good", path));
  BRYO_TRY(tag, read_abi_tag("good", path));
  BRYO_CHECK(check_abi_tag("good", tag, BRYO_ABI_TAG));
  return check_loadable("good", path);
}

class DamagedFile : public ::testing::Test {
 protected:
  DamagedFile() {
    std::string pattern = ::testing::TempDir() + "bryo-damaged-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ + "/libbryo_good.so";
    std::ifstream in(std::string(SPECIMENS) + "/libbryo_good.so", std::ios::binary);
    whole_.assign(std::istreambuf_iterator<char>(in), {});
    put(whole_);
  }
  ~DamagedFile() override { fs::remove_all(directory_); }

  void put(const std::string& content) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
    ::chmod(path_.c_str(), 0755);
  }
  void put_at(std::uint64_t offset, char byte) {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(byte);
  }
  template <class Record>
  Record at(std::uint64_t offset) const {
    Record out{};
    std::memcpy(&out, whole_.data() + offset, sizeof out);
    return out;
  }
  std::string refusal() {
    const Status status = check(path_);
    return status ? "(accepted)" : status.error().message();
  }

  /// Loads the file in a process of its own. False if that died.
  bool survives() {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto loaded = load_plugin("good", path_);
      ::_exit(loaded || !loaded.error().message().empty() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  /// With one byte changed, the file is refused, or loads.
  void expect_survives(std::uint64_t offset, char byte) {
    put_at(offset, byte);
    if (check(path_)) {
      EXPECT_TRUE(survives()) << "byte " << offset << " set to " << static_cast<int>(byte);
    }
    put_at(offset, whole_[offset]);
  }
  /// About half of these bytes, one at a time, with another value.
  void spoil(std::uint64_t begin, std::uint64_t size, std::mt19937& random) {
    for (std::uint64_t offset = begin; offset < begin + size; offset += 1 + random() % 3) {
      expect_survives(offset, static_cast<char>(static_cast<unsigned>(whole_[offset]) ^ (1 + random() % 255)));
    }
  }
  [[nodiscard]] std::vector<Elf64_Phdr> segments() const {
    const auto header = at<Elf64_Ehdr>(0);
    std::vector<Elf64_Phdr> out;
    for (std::uint64_t i = 0; i < header.e_phnum; ++i)
      out.push_back(at<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr)));
    return out;
  }

  std::string directory_;
  std::string path_;
  std::string whole_;
};

TEST_F(DamagedFile, AWholeOneIsTaken) {
  EXPECT_EQ(refusal(), "(accepted)");
  EXPECT_TRUE(survives());
}

TEST_F(DamagedFile, CutOffAnywhere) {
  for (std::uint64_t size = whole_.size() - 1; size > 64; size -= 64) {
    fs::resize_file(path_, size);
    ASSERT_FALSE(check(path_)) << size << " of " << whole_.size() << " bytes";
    ASSERT_FALSE(check_loadable("good", path_)) << size;
  }
  put("");
  EXPECT_EQ(refusal(),
            "plugin 'good': " + path_ + " is no Bryo plugin (it has no ABI tag); build it with bryo_add_plugin()");
  EXPECT_NE(check_loadable("good", path_).error().message().find("it is no ELF file"), std::string::npos);
}

TEST_F(DamagedFile, NoRegularFile) {
  const auto irregular = "plugin 'good': " + path_ + " is not a regular file; install the file itself, no link";
  fs::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(refusal(), irregular);
  EXPECT_FALSE(check_loadable("good", path_)) << "and does not wait for a writer";
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_EQ(refusal(), irregular);
  fs::remove(path_);
  fs::create_symlink(path_, path_);
  EXPECT_EQ(refusal(), irregular);
}

TEST_F(DamagedFile, WithSpoiledHeaders) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  spoil(0, sizeof(Elf64_Ehdr), random);
  const auto header = at<Elf64_Ehdr>(0);
  spoil(header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr), random);
  for (const Elf64_Phdr& segment : segments()) {
    if (segment.p_type == PT_DYNAMIC) spoil(segment.p_offset, segment.p_filesz, random);
  }
}

/// Hashes and versions. A symbol elsewhere in the code, or a relocation to another symbol, is damage that only a pinned
/// SHA-256 finds.
TEST_F(DamagedFile, WithSpoiledTables) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto header = at<Elf64_Ehdr>(0);
  int tables = 0;
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const auto section = at<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr));
    if (section.sh_type != SHT_GNU_HASH && section.sh_type != SHT_GNU_versym && section.sh_type != SHT_GNU_verneed) {
      continue;
    }
    ++tables;
    for (int n = 0; n < 50; ++n) {
      const std::uint64_t offset = section.sh_offset + random() % section.sh_size;
      expect_survives(offset, static_cast<char>(random()));
    }
  }
  EXPECT_EQ(tables, 3);
}

TEST_F(DamagedFile, WithATagOfUnheardSize) {
  const auto header = at<Elf64_Ehdr>(0);
  std::string spoiled = whole_;
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const std::uint64_t offset = header.e_shoff + i * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_size);
    for (std::uint64_t byte = 0; byte < 8; ++byte) spoiled[offset + byte] = '\x7f';
  }
  put(spoiled);
  EXPECT_NE(refusal().find("it has no ABI tag"), std::string::npos) << refusal();
}

TEST_F(DamagedFile, WithALibraryThatIsMissing) {
  const std::string asio = "libbryo_asio.so";
  const auto found = whole_.find(asio);
  ASSERT_NE(found, std::string::npos);
  std::string spoiled = whole_;
  spoiled[found + 3] = 'X';
  put(spoiled);
  EXPECT_EQ(refusal(), "(accepted)");
  const auto loaded = load_plugin("good", path_);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message().find("libXryo_asio.so"), std::string::npos) << loaded.error().message();
}

TEST(DamagedDescriptor, IsRefused) {
  constexpr auto create = []() -> Plugin* { return nullptr; };
  const PluginDescriptor good{
      sizeof(PluginDescriptor), BRYO_SDK_API, BRYO_ABI_TAG, "x", "1.0", "Does.", nullptr, create};
  const auto refusal = [&](const std::function<void(PluginDescriptor&)>& spoil) {
    PluginDescriptor spoiled = good;
    spoil(spoiled);
    const Status status = check_descriptor("x", spoiled);
    return status ? "(accepted)" : status.error().message();
  };
  EXPECT_EQ(refusal([](auto&) {}), "(accepted)");
  const std::string incomplete =
      "plugin 'x': its descriptor has no version, no doc or no ABI tag; declare it with BRYO_PLUGIN";
  EXPECT_EQ(refusal([](auto& d) { d.version = nullptr; }), incomplete);
  EXPECT_EQ(refusal([](auto& d) { d.doc = nullptr; }), incomplete);
  EXPECT_EQ(refusal([](auto& d) { d.abi_tag = nullptr; }), incomplete);
  EXPECT_NE(refusal([](auto& d) { d.name = nullptr; }).find("file and plugin must have one name"), std::string::npos);
  EXPECT_NE(refusal([](auto& d) { d.create = nullptr; }).find("no create function"), std::string::npos);
  EXPECT_NE(refusal([](auto& d) { d.size = 8; }).find("shorter than this server's"), std::string::npos);

  const char* const itself[] = {"other", "x", nullptr};
  EXPECT_EQ(refusal([&](auto& d) { d.needs = itself; }),
            "plugin 'x': it needs itself; take it out of the list of BRYO_PLUGIN_NEEDS");
  const char* const nameless[] = {"", nullptr};
  EXPECT_EQ(refusal([&](auto& d) { d.needs = nameless; }),
            "plugin 'x': it needs '', which is no plugin's name; correct the list of BRYO_PLUGIN_NEEDS");
  std::vector<const char*> endless(10'000, "other");
  EXPECT_EQ(refusal([&](auto& d) { d.needs = endless.data(); }),
            "plugin 'x': it needs more than 64 plugins; end the list of BRYO_PLUGIN_NEEDS with nullptr");
}

}  // namespace
}  // namespace bryo::kernel
