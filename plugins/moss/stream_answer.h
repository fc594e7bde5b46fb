#pragma once

/// The streaming answer (get-batch.md section 4.1).

#include <bryo/http.h>

#include "work_item.h"

namespace bryo::moss {

/// The trailer that says why a batch ended early (section 5): a JSON object with `tcode`, `message`, `status`.
inline constexpr std::string_view kErrorTrailer = "Bryo-Error";

/// Archive members as they come. A batch that fails ends with a valid archive and the trailer, or, if so configured,
/// with an Error.
Task<Status> stream_answer(WorkItem& item, BodySink& sink);

}  // namespace bryo::moss
