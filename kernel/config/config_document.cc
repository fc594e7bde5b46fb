#include <kernel/config/config_document.h>
#include <kernel/config/toml_tree.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 16 << 20;

Result<std::string> read_text(const std::string& file) {
  const auto failed = [&](const std::string& why) {
    return Error(Errc::InvalidArgument, "cannot read the configuration file '" + file + "': " + why);
  };
  std::error_code error;
  if (fs::is_directory(file, error)) return failed("it is a directory");
  std::ifstream in(file, std::ios::binary);
  if (!in) return failed(std::strerror(errno));
  std::string text;
  std::string piece(64 << 10, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    text.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargestFile) return failed("it is larger than 16MiB");
  }
  if (in.bad()) return failed(std::strerror(errno));
  return text;
}

/// toml++ throws on bad syntax; this is the only call that can.
Result<toml::table> parse_toml(std::string_view text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    return Error(Errc::InvalidArgument,
                 name + ":" + std::to_string(e.source().begin.line) + ": " + std::string(e.description()));
  }
}

/// Moves, because toml++ forgets the place of what is copied.
void merge(toml::table& into, toml::table&& from) {
  for (auto&& [key, node] : from) {
    auto* below = into.get_as<toml::table>(key.str());
    if (below != nullptr && node.is_table()) {
      merge(*below, std::move(*node.as_table()));
      continue;
    }
    into.erase(key.str());
    into.insert(key, std::move(node));
  }
}

Result<std::vector<std::string>> files_beside(const std::string& file) {
  std::vector<std::string> files;
  const fs::path directory = fs::path(file).parent_path() / "conf.d";
  std::error_code error;
  if (!fs::is_directory(directory, error)) return files;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".toml") files.push_back(at->path().string());
  }
  if (error) {
    return Error(Errc::InvalidArgument,
                 "cannot read the configuration directory '" + directory.string() + "': " + error.message());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

ConfigDocument::ConfigDocument() : tree_(std::make_unique<Tree>()) {}
ConfigDocument::ConfigDocument(ConfigDocument&&) noexcept = default;
ConfigDocument& ConfigDocument::operator=(ConfigDocument&&) noexcept = default;
ConfigDocument::~ConfigDocument() = default;

Result<ConfigDocument> ConfigDocument::parse(std::string_view toml, std::string name) {
  ConfigDocument document;
  BRYO_TRY(root, parse_toml(toml, name));
  document.tree_->root = std::move(root);
  return document;
}

Result<ConfigDocument> ConfigDocument::read(const std::string& file) {
  BRYO_TRY(text, read_text(file));
  BRYO_TRY(document, parse(text, file));
  if (const auto parent = fs::path(file).parent_path(); !parent.empty()) document.directory_ = parent.string();
  BRYO_TRY(more, files_beside(file));
  for (const auto& path : more) {
    BRYO_TRY(piece, read_text(path));
    BRYO_TRY(over, parse(piece, path));
    document.overlay(std::move(over));
  }
  return document;
}

void ConfigDocument::overlay(ConfigDocument other) { merge(tree_->root, std::move(other.tree_->root)); }

}  // namespace bryo::kernel
