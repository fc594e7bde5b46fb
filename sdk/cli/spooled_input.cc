#include "spooled_input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace bryo::cli {
namespace {

class DescriptorSink final : public client::ByteSink {
 public:
  DescriptorSink(int descriptor, const std::string& folder) : descriptor_(descriptor), folder_(folder) {}
  Status write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        return Error(Errc::Io, "cannot keep standard input in " + folder_ + ": " + std::strerror(errno) +
                                   "; TMPDIR names another folder");
      }
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
  }

 private:
  int descriptor_;
  const std::string& folder_;
};

}  // namespace

SpooledInput::~SpooledInput() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::uint64_t> SpooledInput::take(client::ByteInput& input) {
  std::error_code failure;
  const auto folder = std::filesystem::temp_directory_path(failure).string();
  std::string name = folder + "/bryo-stream-XXXXXX";
  if (!failure) descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    return Error(Errc::Io, "cannot make a temporary file in \"" + folder + "\": " +
                               (failure ? failure.message() : std::strerror(errno)) + "; TMPDIR names the folder");
  }
  ::unlink(name.c_str());
  DescriptorSink sink(descriptor_, folder);
  return client::copy(input, sink);
}

}  // namespace bryo::cli
