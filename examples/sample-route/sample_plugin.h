#pragma once

#include <bryo/plugin.h>

#include <optional>

#include "sample_metrics.h"

namespace sample {

class SamplePlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override;
  bryo::Task<bryo::Status> start(bryo::Host& host) override;

 private:
  bryo::Task<bryo::Result<bryo::Response>> answer(bryo::Request& request);

  bryo::Option<std::int64_t> page_;
  std::optional<SampleMetrics> metrics_;
  bryo::Host* host_ = nullptr;
};

}  // namespace sample
