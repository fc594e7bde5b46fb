#pragma once

/// The job that stands for all batches of a node (get-batch.md section 11).

#include <bryo/xaction.h>

#include "batch_service.h"

namespace bryo::moss {

XactionKind moss_xaction_kind();

class MossXaction final : public Xaction {
 public:
  explicit MossXaction(const BatchService& service) : service_(service) {}

  /// On demand: lives while batches hold it.
  Task<Status> run(XactionContext&) override { co_return Status{}; }
  [[nodiscard]] std::string control_message() const override;

 private:
  const BatchService& service_;
};

}  // namespace bryo::moss
