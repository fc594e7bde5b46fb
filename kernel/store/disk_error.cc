#include <kernel/store/disk_error.h>

#include <cerrno>
#include <system_error>

namespace bryo::kernel {

Error disk_error(int error, std::string what, std::string_view mountpath) {
  what.append(": ").append(std::generic_category().message(error));
  if (error == ENOSPC || error == EDQUOT) {
    if (!mountpath.empty()) {
      what.append("; free space on mountpath ").append(mountpath).append(" or add a mountpath");
    }
    return {Errc::OutOfSpace, std::move(what)};
  }
  if (error == EMFILE || error == ENFILE) what.append("; raise the limit of open files (ulimit -n, LimitNOFILE)");
  return {Errc::Io, std::move(what)};
}

}  // namespace bryo::kernel
