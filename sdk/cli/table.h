#pragma once

#include <string>
#include <vector>

namespace bryo::cli {

class Console;

/// Rows under a head line, columns aligned. A line end in a cell is written \x0a, so that no name makes up rows.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row);
  void print(Console& console) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace bryo::cli
