#pragma once

#include <string>
#include <vector>

namespace bryo::cli {

class Console;

/// Rows under a head line, columns aligned.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(Console& console) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace bryo::cli
