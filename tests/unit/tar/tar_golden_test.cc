/// What the writer makes is read by Python's tarfile, and the reverse. Skipped nowhere: Python runs the tests anyway.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tar_fixture.h"

namespace bryo::tar {
namespace {

namespace fs = std::filesystem;

class WithPython : public ::testing::Test {
 protected:
  WithPython() { fs::create_directories(folder_); }
  ~WithPython() override { fs::remove_all(folder_); }

  /// What the program prints.
  std::string python(const std::string& program) const {
    std::ofstream(folder_ / "program.py") << program;
    const auto command = "cd '" + folder_.string() + "' && python3 program.py > output 2>&1";
    const int status = std::system(command.c_str());
    EXPECT_EQ(status, 0) << read("output");
    return read("output");
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    return out.str();
  }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("bryo-tar-" + std::to_string(::getpid()));
};

TEST_F(WithPython, ReadsWhatTheWriterWrites) {
  std::string archive;
  std::string expected;
  for (const std::string& name :
       {std::string("b/o"), std::string(100, 'a'), std::string(101, 'b'),
        std::string(150, 'p') + "/" + std::string(90, 'n'), std::string(300, 'c') + "/" + std::string(120, 'd'),
        std::string("дата/файл 1"), std::string("quo\"te' and space")}) {
    archive += written(name, std::string(name.size() * 3, 'x'));
    expected += name + "|" + std::to_string(name.size() * 3) + "|420|0|0|0|\n";
  }
  write("out.tar", archive + end_blocks());
  EXPECT_EQ(python("import sys, tarfile\n"
                   "sys.stdout.reconfigure(encoding='utf-8')\n"
                   "for m in tarfile.open('out.tar', 'r|'):\n"
                   "    assert m.isreg()\n"
                   "    print(m.name, m.size, m.mode, m.uid, m.gid, m.mtime, m.uname, sep='|')\n"),
            expected);
}

TEST_F(WithPython, ItsArchivesAreRead) {
  python(
      "import io, tarfile\n"
      "for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):\n"
      "    with tarfile.open(f'{form}.tar', 'w', format=form) as tar:\n"
      "        names = ['a', 'x' * 100, 'd' * 120 + '/' + 'e' * 90]\n"
      "        if form != tarfile.USTAR_FORMAT: names += ['l' * 400, 'я/ж', 'p' * 101]\n"
      "        for name in names:\n"
      "            info = tarfile.TarInfo(name)\n"
      "            info.size, info.mtime = len(name), 1.5 if form == tarfile.PAX_FORMAT else 1\n"
      "            tar.addfile(info, io.BytesIO(b'c' * info.size))\n");
  for (const char* archive : {"0.tar", "1.tar", "2.tar"}) {
    const Reading reading(read(archive));
    ASSERT_FALSE(reading.failed()) << archive << ": " << reading.error();
    EXPECT_EQ(reading.content("a"), "c");
    EXPECT_EQ(reading.content(std::string(100, 'x')), std::string(100, 'c'));
    EXPECT_EQ(reading.content(std::string(120, 'd') + "/" + std::string(90, 'e')), std::string(211, 'c'));
    if (archive[0] == '0') continue;
    EXPECT_EQ(reading.content(std::string(400, 'l')), std::string(400, 'c'));
    EXPECT_EQ(reading.content("я/ж"), "ccc");
    EXPECT_EQ(reading.content(std::string(101, 'p')), std::string(101, 'c'));
  }
}

}  // namespace
}  // namespace bryo::tar
