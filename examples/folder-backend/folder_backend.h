#pragma once

/// A folder as a provider: its subdirectories are buckets, the files below them objects.

#include <bryo/plugin.h>

#include "folder_tree.h"

namespace folder {

/// Thread-safe: the tree is immutable, and every call works on its own files.
class FolderBackend final : public bryo::Backend {
 public:
  FolderBackend(std::shared_ptr<const Tree> tree, bryo::BlockingPool& blocking)
      : tree_(std::move(tree)), blocking_(blocking) {}

  bryo::Task<bryo::Status> head_bucket(bryo::BucketName bucket) override;
  bryo::Task<bryo::Result<std::vector<std::string>>> list_buckets() override;
  bryo::Task<bryo::Result<bryo::ObjectAttributes>> head(bryo::BucketName bucket, std::string object) override;
  bryo::Task<bryo::Result<bryo::BackendContent>> read(bryo::BucketName bucket, std::string object) override;
  bryo::Task<bryo::Result<bryo::BackendPage>> list(bryo::BucketName bucket, bryo::BackendListRequest request) override;
  bryo::Task<bryo::Result<bryo::ObjectAttributes>> write(bryo::BucketName bucket, std::string object,
                                                         bryo::ObjectAttributes attributes,
                                                         bryo::ByteSource& content) override;
  bryo::Task<bryo::Status> remove(bryo::BucketName bucket, std::string object) override;

 private:
  const std::shared_ptr<const Tree> tree_;
  bryo::BlockingPool& blocking_;
};

}  // namespace folder
