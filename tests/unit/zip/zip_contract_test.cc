/// ZIP under the contract that the SDK has for every archive format: with members stored, as Bryo writes them, and
/// deflated, as most tools do.

#include <bryo/contract/archive_contract.h>

#include "zip_fixture.h"

namespace bryo::zip {
namespace {

class DeflatingWriter final : public ArchiveWriter {
 public:
  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Transformed; }
  [[nodiscard]] std::size_t max_header(std::size_t) const noexcept override { return 0; }
  Status begin(std::string_view name, std::uint64_t, ArchiveBuffer&) override {
    if (name.empty() || name.find('\0') != std::string_view::npos) return Error(Errc::InvalidArgument, "no such name");
    name_ = name;
    plain_.clear();
    return {};
  }
  Status content(BytesView bytes, ArchiveBuffer&) override {
    plain_.append(as_text(bytes));
    return {};
  }
  Status end(ArchiveBuffer& out) override {
    Made made = packed(name_, plain_, static_cast<int>(members_.size() % 10));
    made.local_extra = std::string(members_.size() % 200, 'e');
    made.header = offset_;
    const std::string local = local_of(made);
    out.append(std::string_view(local));
    offset_ += local.size();
    directory_ += entry_of(made);
    members_.push_back(name_);
    return {};
  }
  Status finish(ArchiveBuffer& out) override {
    out.append(std::string_view(directory_ + end_of(members_.size(), directory_.size(), offset_)));
    return {};
  }

 private:
  std::string name_;
  std::string plain_;
  std::string directory_;
  std::vector<std::string> members_;
  std::size_t offset_ = 0;
};

template <class Writer>
struct ZipSubject {
  bryo::testing::FakeRegistrar registrar;
  ArchiveFormat format() {
    return {.spec = {.name = ".zip",
                     .extensions = {".zip"},
                     .mime_names = {"application/zip"},
                     .content_type = "application/zip",
                     .magic = {{.offset = 0, .bytes = "PK\x03\x04"}, {.offset = 0, .bytes = "PK\x05\x06"}}},
            .reader = std::make_shared<const ZipReader>(ZipOptions(registrar)),
            .make_writer = [] { return std::make_unique<Writer>(); }};
  }
};

}  // namespace
}  // namespace bryo::zip

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Zip, ArchiveContract, bryo::zip::ZipSubject<bryo::zip::ZipWriter>);
INSTANTIATE_TYPED_TEST_SUITE_P(ZipDeflated, ArchiveContract, bryo::zip::ZipSubject<bryo::zip::DeflatingWriter>);
}  // namespace bryo::contract
