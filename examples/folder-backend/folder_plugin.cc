#include "folder_backend.h"

namespace {

class FolderPlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override {
    root_ = registrar.option<std::string>(
        {.key = "root", .default_value = "", .doc = "Directory whose subdirectories are the buckets folder://NAME."});
    registrar.backend({.provider = "folder", .doc = "Serves the files below a local folder."},
                      [this] { return std::make_unique<folder::FolderBackend>(tree_, *blocking_); });
    return {};
  }

  bryo::Task<bryo::Status> start(bryo::Host& host) override {
    BRYO_CO_TRY(tree, folder::Tree::open(root_.get()));
    tree_ = std::make_shared<const folder::Tree>(std::move(tree));
    blocking_ = &host.blocking();
    co_return bryo::Status{};
  }

 private:
  bryo::Option<std::string> root_;
  std::shared_ptr<const folder::Tree> tree_;
  bryo::BlockingPool* blocking_ = nullptr;
};

}  // namespace

BRYO_PLUGIN(folder, FolderPlugin, "0.1.0", "Serves a local folder tree as remote buckets.");
