#pragma once

#include <CLI/CLI.hpp>

namespace harness {

/// Each command adds itself to the program and, when it was chosen, puts its exit code into
/// `exit_code` (0 pass, 1 fail, 2 unusable input, 3 ambiguous, 77 nothing judged). Throws Error for
/// mistakes of the outside world; main prints it and exits with 2.
void add_run_command(CLI::App& program, int& exit_code);
void add_judge_command(CLI::App& program, int& exit_code);
void add_report_command(CLI::App& program, int& exit_code);
void add_diff_command(CLI::App& program, int& exit_code);
void add_fetch_command(CLI::App& program, int& exit_code);
void add_verify_command(CLI::App& program, int& exit_code);
void add_inspect_command(CLI::App& program, int& exit_code);
void add_audit_command(CLI::App& program, int& exit_code);
void add_paper_command(CLI::App& program, int& exit_code);
void add_deepbench_command(CLI::App& program, int& exit_code);
void add_publish_command(CLI::App& program, int& exit_code);
void add_import_command(CLI::App& program, int& exit_code);
void add_doctor_command(CLI::App& program, int& exit_code);
void add_history_command(CLI::App& program, int& exit_code);
void add_completion_command(CLI::App& program, int& exit_code);
void add_accept_command(CLI::App& program, int& exit_code);

}  // namespace harness
