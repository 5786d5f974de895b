#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/hash_in_name.h"
#include "harness/base/system/machine.h"
#include "harness/cli/command.h"
#include "harness/cli/identify_row.h"
#include "harness/cli/options.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/cli/verdict_output.h"
#include "harness/fetch/store.h"
#include "harness/judge/claims.h"
#include "harness/judge/rules/file/config_claims.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/report/file_page.h"
#include "harness/table/model_spec.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct VerifyArguments {
  fs::path file;
  fs::path suite;
  std::string row;
  bool json = false;
};

Claim file_claim(const fs::path& file, const char* id, Json expected) {
  Claim claim;
  claim.id = id;
  claim.evidence = "file";
  claim.value = std::move(expected);
  claim.digits = Claim::kExact;
  claim.source = {file.filename().string(), 0, "file name"};
  return claim;
}

/// What any file can be compared with without a table: the hash in its own name, its format, and
/// what its config says about its tensors.
Row row_of_file_alone(const fs::path& file, const CheckpointRecord& checkpoint) {
  Row row;
  row.id = file.stem().string();
  const std::string digits = hash_in_name(file.filename().string());
  const bool has_model = !config_model(checkpoint.config).is_null();
  row.claims = {file_claim(file, "hash", digits.empty() ? Json() : Json(digits)),
                file_claim(file, "format", "pth"), file_claim(file, "finite", 0)};
  if (has_model) row.claims.push_back(file_claim(file, "tensors", "model"));
  return row;
}

/// What a config says of a head that is none of ours, or the last of several; "agree" where it says
/// nothing.
Json classes_of_config(const Json& model) {
  if (!model.is_object() || !model.contains("decode_head")) return "agree";
  const Json& heads = model["decode_head"];
  const Json& head = heads.is_array() && !heads.empty() ? heads.back() : heads;
  const auto classes = head.is_object() ? head.find("num_classes") : head.end();
  return classes != head.end() && classes->is_number_integer() ? *classes : Json("agree");
}

/// The number of classes that suite and config give the model, "agree" where neither does.
Json classes_of(const Row& row, const CheckpointRecord& checkpoint) {
  const Json model = config_model(checkpoint.config);
  try {
    return resolve_model(row, model).decode_head.num_classes;
  } catch (const Error&) {
    return classes_of_config(model);
  }
}

/// The policy that the suite states for the row, null where it states none.
Json policy_of(const Row& row) {
  return row.arithmetic ? Json(to_string(row.arithmetic->policy)) : Json();
}

/// Adds claims that every honest file meets and no table states.
void add_claims_on_content(const fs::path& file, const CheckpointRecord& checkpoint, Row& row) {
  const std::pair<const char*, Json> claims[] = {
      {"code", "none"},    {"origin", policy_of(row)}, {"classes", classes_of(row, checkpoint)},
      {"zero_tensors", 0}, {"duplicates", 0},
  };
  for (const auto& [id, expected] : claims) {
    if (row.find_claim(id) == nullptr) row.claims.push_back(file_claim(file, id, expected));
  }
  if (!checkpoint.loss_scales.empty()) {
    std::erase_if(row.claims, [](const Claim& claim) {
      return claim.id == "loss_scale" && claim.value.is_null();
    });
    if (row.find_claim("loss_scale") == nullptr) {
      row.claims.push_back(file_claim(file, "loss_scale", kPossibleScale));
    }
  }
}

/// A file that cannot be read, or that holds no weights, is one finding, and not one of each claim
/// on what is in it.
void keep_what_can_be_judged(const fs::path& file, const CheckpointRecord& checkpoint, Row& row) {
  const bool is_empty =
      checkpoint.state_dict && checkpoint.state_dict->empty() && checkpoint.not_read.empty();
  if (!checkpoint.error && !is_empty) return;
  const bool is_unsafe = checkpoint.error && checkpoint.error->kind == FileErrorKind::kUnsafe;
  const char* const about = is_unsafe ? "code" : "format";
  std::erase_if(row.claims, [&](const Claim& claim) {
    const bool is_code_of_a_read_file = claim.id == "code" && !checkpoint.error;
    return claim.id != "hash" && claim.id != about && !is_code_of_a_read_file;
  });
  if (row.find_claim(about) == nullptr) row.claims.push_back(file_claim(file, about, "pth"));
}

/// The row that --row names, the one that the file claims, or one made from the file alone.
IdentifiedRow find_row(const Suite& suite, const VerifyArguments& options,
                       const CheckpointRecord& checkpoint) {
  if (options.suite.empty()) return {row_of_file_alone(options.file, checkpoint), ""};
  IdentifiedRow found;
  if (!options.row.empty()) {
    found = {select_row(suite, options.row), "--row"};
  } else {
    found = identify_row(suite, options.file.filename().string(), checkpoint);
  }
  std::erase_if(found.row.claims, [](const Claim& claim) { return claim.evidence != "file"; });
  // The zoo removes the optimizer from what it publishes; a local file may still hold it.
  found.row.claims.push_back(file_claim(options.file, "optimizer", "none"));
  return found;
}

void show(const Suite& suite, const std::vector<VerdictRecord>& verdicts, const FilePage& page,
          bool json) {
  if (!json) {
    show_verdicts(suite, verdicts, VerdictOutput{});
    std::printf("%s", render_file_page(page, terminal_style(STDOUT_FILENO)).c_str());
    return;
  }
  Json document = verdicts_document(suite.name, verdicts);
  document["file"] = file_page_record(page);
  std::printf("%s\n", document.dump(1, ' ', false, Json::error_handler_t::replace).c_str());
}

int verify(const VerifyArguments& options) {
  if (!fs::exists(options.file)) {
    throw Error(ErrorCode::kIo, options.file.string(), "expected a checkpoint, found no such file");
  }
  Suite suite;
  suite.name = "file alone";
  if (!options.suite.empty()) suite = read_suite(options.suite);
  const CheckpointRecord checkpoint = examine_checkpoint(options.file);
  auto [row, found_by] = find_row(suite, options, checkpoint);
  add_claims_on_content(options.file, checkpoint, row);
  keep_what_can_be_judged(options.file, checkpoint, row);
  if (options.suite.empty()) suite.rows = {row};
  const ExaminedFiles files = examined_alone(checkpoint);
  std::vector<VerdictRecord> verdicts;
  const std::string now = utc_now();
  for (const auto& claim : row.claims) {
    verdicts.push_back(judge_file_claim(files, row, claim, now));
  }
  show(suite, verdicts, file_page(checkpoint, found_by), options.json);
  return exit_code(verdicts);
}

}  // namespace

void add_verify_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<VerifyArguments>();
  auto* command = program.add_subcommand(
      "verify", "Is this checkpoint what the table says: hash, format, tensors, dtypes, meta");
  add_positional(*command, "FILE", options->file, "A .pth file");
  add_value(*command, "--suite", options->suite, "FILE",
            "The suite whose row the file claims to be");
  add_value(*command, "--row", options->row, "ROW", "The row, when the file's name does not say");
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof verify fcn-50245227.pth --suite suites/mmseg_fp16.json",
             kJudgedExits);
  command->callback([options, &exit_code] { exit_code = verify(*options); });
}

}  // namespace harness
