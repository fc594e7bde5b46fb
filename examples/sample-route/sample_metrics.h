#pragma once

#include <bryo/registrar.h>

namespace sample {

/// What `/metrics` shows as `bryo_sample_<name>`.
struct SampleMetrics {
  explicit SampleMetrics(bryo::Registrar& registrar)
      : names(registrar.counter({.name = "names", .help = "Names that were sent."})),
        aborted(registrar.counter({.name = "aborted", .help = "Answers whose client went away before the end."})),
        first_line(registrar.histogram(
            {.name = "first.line.seconds", .help = "From a request's arrival to its first line, in seconds."})) {}

  bryo::Counter& names;
  bryo::Counter& aborted;
  bryo::Histogram& first_line;
};

}  // namespace sample
