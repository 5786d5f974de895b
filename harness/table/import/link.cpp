#include "harness/table/import/link.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "harness/base/location.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
            text.data() + i + 3 &&
        value != 0) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

bool consume_suffix(std::string& text, std::string_view suffix) {
  if (!std::string_view(text).ends_with(suffix)) return false;
  text.erase(text.size() - suffix.size());
  return true;
}

bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes "-50245227" off the end, also where it is a date.
void consume_hash(std::string& stem) {
  constexpr std::size_t kDigits = 8;
  if (stem.size() <= kDigits || stem[stem.size() - kDigits - 1] != '-') return;
  if (std::all_of(stem.end() - kDigits, stem.end(), is_hex)) {
    stem.erase(stem.size() - kDigits - 1);
  }
}

/// Takes "_20200717_230921" off the end.
void consume_time_stamp(std::string& stem) {
  constexpr std::string_view kForm = "_00000000_000000";
  if (stem.size() <= kForm.size()) return;
  const std::string_view tail = std::string_view(stem).substr(stem.size() - kForm.size());
  const bool matches = std::equal(tail.begin(), tail.end(), kForm.begin(), [](char c, char form) {
    return form == '0' ? is_digit(c) : c == form;
  });
  if (matches) stem.erase(stem.size() - kForm.size());
}

/// "model.pdparams" and "epoch_60.pth" are what every model's file of such a zoo is called.
bool says_no_model(std::string_view stem) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"model", "pytorch_model", "best_model", "model_best", "model_final", "checkpoint", "ckpt",
       "weights", "best", "last", "latest", "final"});
  if (std::ranges::find(kNames, stem) != kNames.end()) return true;
  for (const std::string_view counted : {"epoch_", "iter_"}) {
    if (!stem.starts_with(counted) || stem.size() == counted.size()) continue;
    if (std::ranges::all_of(stem.substr(counted.size()), is_digit)) return true;
  }
  return false;
}

/// The folder of a file whose own name says nothing, where it is named as models are; "" for
/// "v1.0" and "download".
std::string folder_stem(std::string_view link) {
  link = link.substr(0, link.find_first_of("?#"));
  const std::size_t end = link.find_last_of('/');
  if (end == std::string_view::npos) return "";
  std::string folder = file_name_of(link.substr(0, end));
  return folder.find_first_of("_-") == std::string::npos ? "" : folder;
}

}  // namespace

std::string relative_to(const fs::path& path, const fs::path& folder) {
  const fs::path from = fs::absolute(folder.empty() ? "." : folder).lexically_normal();
  const fs::path to = fs::absolute(path).lexically_normal();
  const fs::path relative = to.lexically_relative(from);
  return (relative.empty() ? to : relative).generic_string();
}

std::string resolve_link(std::string_view link, const fs::path& page_folder,
                         const fs::path& suite_folder) {
  if (is_url(link)) return std::string(link);
  return relative_to(page_folder / percent_decoded(link), suite_folder);
}

std::string file_name_of(std::string_view link) {
  link = link.substr(0, link.find_first_of("?#"));
  const std::size_t slash = link.find_last_of('/');
  return percent_decoded(slash == std::string_view::npos ? link : link.substr(slash + 1));
}

std::string config_stem(std::string_view link) {
  std::string stem = file_name_of(link);
  for (const std::string_view extension : {".py", ".pyy", ".yml", ".yaml", ".json"}) {
    if (consume_suffix(stem, extension)) break;
  }
  return stem;
}

std::string model_stem(std::string_view link) {
  std::string stem = file_name_of(link);
  for (const std::string_view extension :
       {".pth.tar", ".pth", ".pt", ".ckpt", ".pkl", ".safetensors", ".pdparams"}) {
    if (consume_suffix(stem, extension)) break;
  }
  consume_hash(stem);
  consume_time_stamp(stem);
  return says_no_model(stem) ? folder_stem(link) : stem;
}

std::string without_fp16(std::string_view row_id) {
  for (const std::string_view part : {"_fp16", "-amp"}) {
    for (std::size_t at = row_id.find(part); at != std::string_view::npos;
         at = row_id.find(part, at + 1)) {
      const std::string_view rest = row_id.substr(at + part.size());
      if (rest.empty() || rest.front() == '_' || rest.front() == '-') {
        return fmt::format("{}{}", row_id.substr(0, at), rest);
      }
    }
  }
  return "";
}

}  // namespace harness
