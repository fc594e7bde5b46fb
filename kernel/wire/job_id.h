#pragma once

/// Ids of jobs, listings and clusters (http-jobs.md section 2).

#include <string>
#include <string_view>

namespace bryo::kernel {

/// Nine random letters and digits: a form that every client accepts. Thread-safe.
[[nodiscard]] std::string new_job_id();

/// 9 to 31 of letters, digits, '-' and '_', the last two at neither end; or `g` and a number.
[[nodiscard]] bool valid_job_id(std::string_view id) noexcept;

}  // namespace bryo::kernel
