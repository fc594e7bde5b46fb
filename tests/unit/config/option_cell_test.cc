#include <bryo/option.h>

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace bryo::kernel {
namespace {

/// What ThreadSanitizer looks at: one thread replaces, the other reads.
template <class Write, class Read>
void race(Write write, Read read) {
  std::thread writer([&] {
    for (int i = 1; i <= 2000; ++i) write(std::string(static_cast<std::size_t>(i % 50 + 1), 'x'));
  });
  for (int i = 0; i < 2000; ++i) {
    const std::string seen = read();
    ASSERT_FALSE(seen.empty());
    ASSERT_EQ(seen.find_first_not_of('x'), std::string::npos);
  }
  writer.join();
}

TEST(OptionCell, ReadersSeeAWholeValue) {
  OptionCell<std::string> cell("x");
  race([&](std::string text) { cell.store(std::move(text)); }, [&] { return cell.load(); });
}

}  // namespace
}  // namespace bryo::kernel
