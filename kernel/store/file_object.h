#pragma once

/// The kernel's view of an open object: a file, for zero-copy sends.

#include <bryo/objects.h>

namespace bryo::kernel {

/// Every `OpenObject` inside the kernel is one of these.
class FileObject : public OpenObject {
 public:
  /// Open for reading as long as this object lives.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  static const FileObject& of(const OpenObject& object) { return static_cast<const FileObject&>(object); }

 protected:
  FileObject(std::uint64_t size, std::uint64_t stamp, int descriptor)
      : OpenObject(size, stamp), descriptor_(descriptor) {}

 private:
  int descriptor_;
};

}  // namespace bryo::kernel
