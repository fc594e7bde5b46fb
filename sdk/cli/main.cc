#include "command_line.h"
#include "command_table.h"
#include "interrupt.h"
#include "session.h"

int main(int argc, char** argv) {
  const bryo::cli::Interrupt interrupt;
  bryo::cli::Console console;
  console.interrupt = interrupt.token();
  bryo::cli::Session session(console, interrupt.token());
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(bryo::cli::run_command_line(bryo::cli::command_table(), arguments.subspan(1), session));
}
