#include <tests/bench/limit_data.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace bryo::bench {

LimitData::LimitData(const std::string& directory, bool keep_open) : keep_open_(keep_open) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  directory_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_ < 0) throw std::runtime_error("cannot open " + directory);
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    const bool shard = name.ends_with(".tar");
    if (!shard && !keep_open) continue;
    const int descriptor = ::openat(directory_, name.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw std::runtime_error("cannot open " + name + ": too many files to keep open?");
    if (shard) {
      index_shard(name, descriptor);
    } else {
      files_[name] = {descriptor, 0, entry.file_size()};
    }
  }
}

Stored LimitData::open(std::string_view object) const {
  if (keep_open_) {
    const auto found = files_.find(object);
    return found == files_.end() ? Stored{} : found->second;
  }
  char name[256];
  if (object.size() >= sizeof name) return {};
  std::memcpy(name, object.data(), object.size());
  name[object.size()] = '\0';
  const int descriptor = ::openat(directory_, name, O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) return {};
  return {descriptor, 0, static_cast<std::uint64_t>(status.st_size)};
}

Stored LimitData::member(std::string_view shard, std::string_view member) const {
  const auto index = shards_.find(shard);
  if (index == shards_.end()) return {};
  const auto found = index->second.find(member);
  return found == index->second.end() ? Stored{} : found->second;
}

void LimitData::index_shard(const std::string& name, int descriptor) {
  auto& index = shards_[name];
  char header[512];
  for (off_t at = 0; ::pread(descriptor, header, sizeof header, at) == sizeof header && header[0] != '\0';) {
    const std::uint64_t size = std::strtoull(std::string(header + 124, 12).c_str(), nullptr, 8);
    index[std::string(header, ::strnlen(header, 100))] = {descriptor, static_cast<std::uint64_t>(at) + 512, size};
    at += 512 + static_cast<off_t>((size + 511) / 512 * 512);
  }
}

}  // namespace bryo::bench
