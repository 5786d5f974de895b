#pragma once

namespace harness {

/// Puts /dev/null where the parent left descriptors 0 to 2 closed, so that no file that is opened
/// later is taken for one of them. Reading standard input and writing standard output still fail.
/// For the beginning of main.
void occupy_standard_descriptors();

/// The program's exit code at its end: `exit_code`, or 2 with a word on standard error where not
/// all that was printed on standard output could be written (a full disk, a closed descriptor). A
/// reader that leaves early ends the program by SIGPIPE before that, without a word.
int exit_code_of_output(int exit_code);

}  // namespace harness
