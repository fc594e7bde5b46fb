#include <kernel/machine/file_system.h>

#include <kernel/machine/text_file.h>

#include <array>
#include <cstring>
#include <filesystem>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

namespace bryo::kernel {
namespace {

/// Takes the next word of a line.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

std::string unescaped(std::string_view text) {
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) && octal(text[i + 3])) {
      out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
      i += 3;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

/// "vda1" -> "vda": a partition lies below its disk in /sys.
std::string whole_disk(const std::string& device) {
  std::error_code error;
  const auto path = std::filesystem::canonical("/sys/class/block/" + device, error);
  if (error) return device;
  const bool partition = std::filesystem::exists(path / "partition", error);
  return partition ? path.parent_path().filename().string() : path.filename().string();
}

}  // namespace

FileSystem parse_mountinfo(std::string_view mountinfo, std::string_view device) {
  FileSystem found;
  while (!mountinfo.empty()) {
    auto line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    // id parent MAJOR:MINOR root mountpoint options [tags] - TYPE SOURCE ...   (proc(5))
    auto head = line;
    next_word(head);
    next_word(head);
    if (next_word(head) != device) continue;
    const auto dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    auto tail = line.substr(dash + 3);
    found.type = unescaped(next_word(tail));
    found.source = unescaped(next_word(tail));
  }
  return found;
}

FileSystem file_system_of(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return {};
  const auto device = std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));
  auto found = parse_mountinfo(read_text_file("/proc/self/mountinfo"), device);
  struct statfs system {};
  if (::statfs(directory.c_str(), &system) == 0) {
    std::array<std::int32_t, 2> halves{};
    static_assert(sizeof(halves) == sizeof(system.f_fsid));
    std::memcpy(halves.data(), &system.f_fsid, sizeof(halves));
    found.id = std::to_string(halves[0]) + "," + std::to_string(halves[1]);
  }
  found.disk = found.source;
  if (found.source.starts_with("/dev/")) {
    std::error_code error;
    const auto real = std::filesystem::canonical(found.source, error);
    found.disk = whole_disk((error ? std::filesystem::path(found.source) : real).filename().string());
    found.rotational = read_text_file("/sys/block/" + found.disk + "/queue/rotational").starts_with('1');
  }
  return found;
}

int FileSystemUsage::percent() const {
  return capacity() == 0 ? 0 : static_cast<int>(static_cast<double>(used) * 100 / static_cast<double>(capacity()));
}

FileSystemUsage file_system_usage(const std::string& directory) {
  struct statvfs system {};
  if (::statvfs(directory.c_str(), &system) != 0) return {};
  const std::uint64_t block = system.f_frsize;
  return {.used = (system.f_blocks - system.f_bfree) * block, .avail = system.f_bavail * block};
}

}  // namespace bryo::kernel
