#include "paper_store.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

namespace {

namespace fs = std::filesystem;

/// All of it in memory, and each key in a file whose name is the key in hexadecimal.
class PaperStore final : public bryo::MetaStore {
 public:
  explicit PaperStore(std::string directory) : directory_(std::move(directory)) {
    fs::create_directories(directory_);
    for (const auto& file : fs::directory_iterator(directory_)) {
      std::ifstream in(file.path(), std::ios::binary);
      bryo::MetaEntry entry;
      std::getline(in, entry.key);
      in >> entry.revision;
      in.get();
      std::ostringstream value;
      value << in.rdbuf();
      entry.value = value.str();
      last_ = std::max(last_, entry.revision);
      entries_[entry.key] = entry;
    }
  }

  bryo::Task<bryo::Result<std::optional<bryo::MetaEntry>>> get(std::string key) override {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key);
    co_return found == entries_.end() ? std::nullopt : std::optional(found->second);
  }
  bryo::Task<bryo::Result<std::vector<bryo::MetaEntry>>> list(std::string prefix) override {
    const std::scoped_lock lock(mutex_);
    std::vector<bryo::MetaEntry> out;
    for (auto at = entries_.lower_bound(prefix); at != entries_.end() && at->first.starts_with(prefix); ++at) {
      out.push_back(at->second);
    }
    co_return out;
  }
  bryo::Task<bryo::Result<std::uint64_t>> put(std::string key, std::string value, std::uint64_t expected) override {
    const std::scoped_lock lock(mutex_);
    if (revision_of(key) != expected) co_return conflict(key);
    const bryo::MetaEntry entry{key, std::move(value), ++last_};
    const std::string path = path_of(key);
    {
      std::ofstream out(path + ".new", std::ios::binary);
      out << entry.key << '\n' << entry.revision << '\n' << entry.value;
      if (!out.flush()) co_return bryo::Error(bryo::Errc::Io, "cannot write " + path);
    }
    fs::rename(path + ".new", path);
    entries_[key] = entry;
    co_return entry.revision;
  }
  bryo::Task<bryo::Status> erase(std::string key, std::uint64_t expected) override {
    const std::scoped_lock lock(mutex_);
    if (expected == 0 || revision_of(key) != expected) co_return conflict(key);
    fs::remove(path_of(key));
    entries_.erase(key);
    co_return bryo::Status();
  }

 private:
  static bryo::Error conflict(const std::string& key) {
    return bryo::Error(bryo::Errc::Conflict, "key " + key + " was changed in between");
  }
  std::uint64_t revision_of(const std::string& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? 0 : found->second.revision;
  }
  std::string path_of(const std::string& key) const {
    std::string name;
    for (const char c : key) {
      name.push_back("0123456789abcdef"[static_cast<unsigned char>(c) >> 4]);
      name.push_back("0123456789abcdef"[static_cast<unsigned char>(c) & 15]);
    }
    return directory_ + "/" + name;
  }

  const std::string directory_;
  std::mutex mutex_;
  std::map<std::string, bryo::MetaEntry> entries_;
  std::uint64_t last_ = 0;
};

}  // namespace

bryo::Result<std::unique_ptr<bryo::MetaStore>> open_paper_store(const bryo::MetaStorePlace& place) {
  return std::unique_ptr<bryo::MetaStore>(std::make_unique<PaperStore>(place.directory));
}
