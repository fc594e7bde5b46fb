#pragma once

/// What the node answers on the paths of features that no running plugin offers.

#include <kernel/http/router.h>

namespace bryo::kernel {

/// For every well-known path that nobody took: 501 (ErrUnsupp) naming the plugin to enable, and the empty lists that
/// the official command line asks for at every `show job` (http-api.md section 8). After all plugins have registered.
Status register_absent_features(Router& router);

}  // namespace bryo::kernel
