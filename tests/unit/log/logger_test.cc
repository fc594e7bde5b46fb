#include <kernel/log/logger.h>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace bryo::kernel {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class LoggerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = (std::filesystem::temp_directory_path() / "bryo-log-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] LogSettings to_files() const {
    LogSettings settings;
    settings.directory = (folder_ / "log").string();
    settings.to_stderr = false;
    return settings;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(folder_ / "log" / name).rdbuf();
    return out.str();
  }

  std::filesystem::path folder_;
};

TEST_F(LoggerTest, WritesLinesOfComponentsToAFileThatOthersCannotRead) {
  auto logger = Logger::open(to_files());
  ASSERT_TRUE(logger);
  const auto log = (*logger)->component("moss");
  log->info("batch finished", {{"rid", "r1"}, {"entries", "4"}});
  log->debug("not at this level");
  (*logger)->flush();
  EXPECT_THAT(content("bryo.log"), EndsWith(" info moss rid=r1 batch finished entries=4\n"));
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "log/bryo.log").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

TEST_F(LoggerTest, LevelAndFormatChangeWhileItRuns) {
  auto logger = *Logger::open(to_files());
  const auto log = logger->component("node");
  logger->set_level(LogLevel::Error);
  log->warning("hidden");
  logger->set_level(LogLevel::Debug);
  logger->set_format(LogFormat::Json);
  log->debug("shown", {{"k", "v"}});
  logger->flush();
  EXPECT_THAT(content("bryo.log"), EndsWith(R"("level":"debug","component":"node","message":"shown","k":"v"})"
                                            "\n"));
  EXPECT_THAT(content("bryo.log"), Not(HasSubstr("hidden")));
}

TEST_F(LoggerTest, RotatesBySizeAndKeepsTheTotal) {
  LogSettings settings = to_files();
  settings.max_size = 1024;
  settings.max_total = 3 * 1024;
  auto logger = *Logger::open(settings);
  const auto log = logger->component("x");
  for (int i = 0; i < 100; ++i) log->info(std::string(80, 'a'));
  logger->flush();
  std::uintmax_t total = 0;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "log")) {
    total += entry.file_size();
    ++files;
  }
  EXPECT_EQ(files, 3);
  EXPECT_LE(total, 3u * 1024u);
}

TEST_F(LoggerTest, RotatesWhenAsked) {
  auto logger = *Logger::open(to_files());
  const auto log = logger->component("x");
  log->info("before");
  logger->rotate();
  log->info("after");
  logger->flush();
  EXPECT_THAT(content("bryo.1.log"), HasSubstr("before"));
  EXPECT_THAT(content("bryo.log"), Not(HasSubstr("before")));
  EXPECT_THAT(content("bryo.log"), HasSubstr("after"));
}

TEST_F(LoggerTest, TheEndWritesWhatIsQueuedAndTheNextStartAppends) {
  for (const char* line : {"first run", "second run"}) {
    auto logger = *Logger::open(to_files());
    logger->component("x")->info(line);
  }
  EXPECT_THAT(content("bryo.log"), HasSubstr("first run"));
  EXPECT_THAT(content("bryo.log"), HasSubstr("second run"));
}

TEST_F(LoggerTest, TheLastLinesAreInMemory) {
  auto logger = *Logger::open(to_files());
  const auto log = logger->component("x");
  log->info("fine");
  log->error("bad");
  logger->flush();
  const LogText all = logger->all_since(0);
  EXPECT_THAT(all.text, HasSubstr("fine"));
  EXPECT_THAT(all.text, HasSubstr("bad"));
  EXPECT_THAT(logger->errors_since(0).text, Not(HasSubstr("fine")));
  EXPECT_EQ(logger->all_since(all.text.size()).text, "");
}

TEST_F(LoggerTest, ManyThreadsWriteWholeLines) {
  auto logger = *Logger::open(to_files());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto log = logger->component("t" + std::to_string(t));
      for (int i = 0; i < 200; ++i) log->info("message", {{"object", "a\nb"}, {"i", std::to_string(i)}});
    });
  }
  for (auto& thread : threads) thread.join();
  logger->flush();
  std::istringstream lines(content("bryo.log"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_THAT(line, HasSubstr(" message object=\"a\\nb\" i="));
  EXPECT_EQ(static_cast<std::uint64_t>(count) + logger->lost(), 800u);
}

TEST_F(LoggerTest, AFullDiskLosesLinesAndNothingElse) {
  std::filesystem::create_directories(folder_ / "log");
  std::filesystem::create_symlink("/dev/full", folder_ / "log/bryo.log");
  auto logger = Logger::open(to_files());
  ASSERT_TRUE(logger) << logger.error().message();
  (*logger)->component("x")->info("into nothing");
  (*logger)->flush();
  EXPECT_GE((*logger)->lost(), 1u);
  EXPECT_THAT((*logger)->all_since(0).text, HasSubstr("into nothing"));
}

TEST_F(LoggerTest, AFileThatCannotBeOpenedIsNamed) {
  std::ofstream(folder_ / "log") << "a file";
  const auto logger = Logger::open(to_files());
  ASSERT_FALSE(logger);
  EXPECT_EQ(logger.error().code(), Errc::Io);
  EXPECT_THAT(logger.error().message(),
              HasSubstr("cannot open the log file '" + to_files().directory + "/bryo.log': "));
}

}  // namespace
}  // namespace bryo::kernel
