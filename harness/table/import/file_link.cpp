#include "harness/table/import/file_link.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "harness/base/location.h"
#include "harness/base/text.h"
#include "harness/table/import/link.h"

namespace harness {
namespace {

using Words = std::initializer_list<std::string_view>;

bool ends_with_any(std::string_view text, Words endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [text](std::string_view ending) { return text.ends_with(ending); });
}

bool is_any(std::string_view text, Words words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// "arxiv.org" of "https://www.arxiv.org/abs/1"; "" for a path.
std::string host_of(std::string_view url) {
  if (!is_url(url)) return "";
  url.remove_prefix(url.find("://") + 3);
  std::string host = lower_case(url.substr(0, url.find_first_of("/?#:")));
  return host.starts_with("www.") ? host.substr(4) : host;
}

/// Does the link lead to a page for people: a paper, a document, a project?
bool is_page(std::string_view url) {
  const std::string host = host_of(url);
  if (is_any(host, {"arxiv.org", "openreview.net", "doi.org", "dx.doi.org", "paperswithcode.com",
                    "openaccess.thecvf.com", "ieeexplore.ieee.org", "link.springer.com",
                    "proceedings.mlr.press", "semanticscholar.org"})) {
    return true;
  }
  const std::string name = lower_case(file_name_of(url));
  if (ends_with_any(name, {".pdf", ".html", ".htm", ".md", ".rst", ".ipynb", ".png", ".jpg", ".svg",
                           ".csv"})) {
    return true;
  }
  const bool is_file = std::string_view(url).find("/download/") != std::string_view::npos ||
                       std::string_view(url).find("/raw/") != std::string_view::npos ||
                       std::string_view(url).find("/blob/") != std::string_view::npos;
  return is_any(host, {"github.com", "gitlab.com", "gitee.com"}) && !is_file;
}

/// What a file's ending says.
std::optional<FileKind> kind_by_ending(std::string_view url, Column column) {
  const std::string name = lower_case(file_name_of(url));
  if (ends_with_any(name, {".pth", ".pt", ".ckpt", ".safetensors", ".pdparams", ".bin", ".pkl",
                           ".pth.tar", ".onnx", ".h5", ".pth.zip"})) {
    return FileKind::kCheckpoint;
  }
  if (ends_with_any(name, {".py", ".pyy"})) return FileKind::kConfig;
  if (ends_with_any(name, {".log.json", ".log", ".log.txt"})) return FileKind::kLog;
  if (ends_with_any(name, {".json", ".yml", ".yaml"})) {
    const bool is_config = column == Column::kConfig ||
                           lower_case(url).find("configs/") != std::string::npos ||
                           !name.ends_with(".json");
    return is_config ? FileKind::kConfig : FileKind::kLog;
  }
  return std::nullopt;
}

/// What the link's text says it is.
std::optional<FileKind> kind_by_label(std::string_view text) {
  const std::string label = normalised_header(text);
  if (is_any(label, {"model", "ckpt", "checkpoint", "weights", "weight", "pth"})) {
    return FileKind::kCheckpoint;
  }
  if (is_any(label, {"log", "logs", "json", "traininglog"})) return FileKind::kLog;
  if (is_any(label, {"config", "cfg", "configuration"})) return FileKind::kConfig;
  return std::nullopt;
}

/// Texts that say where a file lies, and not what it is.
bool names_a_share(std::string_view text) {
  const std::string label = normalised_header(text);
  return label.empty() ||
         is_any(label, {"download", "link", "url", "here", "github", "baidu", "baidudrive",
                        "baidupan", "google", "googledrive", "gdrive", "drive", "onedrive",
                        "huggingface", "hf", "aliyun", "mirror", "dropbox", "zenodo"});
}

std::optional<FileKind> kind_of_column(Column column) {
  switch (column) {
    case Column::kModel:
      return FileKind::kCheckpoint;
    case Column::kLog:
      return FileKind::kLog;
    case Column::kConfig:
      return FileKind::kConfig;
    default:
      return std::nullopt;
  }
}

std::string_view expected_of(FileKind kind) {
  switch (kind) {
    case FileKind::kCheckpoint:
      return "a link to a checkpoint such as x.pth";
    case FileKind::kLog:
      return "a link to a training log such as x.log.json";
    default:
      return "a link to a config such as x.py";
  }
}

}  // namespace

FileLink classify_link(const MarkdownLink& link, Column column) {
  const auto by_label = kind_by_label(link.text);
  const auto by_column = kind_of_column(column);
  const auto by_ending = kind_by_ending(link.url, column);
  // A share's URL says nothing; "[fcn.pth](https://share.org/s/1)" does.
  const bool names_a_file =
      !by_ending && !is_page(link.url) && link.text.find('.') != std::string::npos;
  if (names_a_file && !is_url(link.text)) {
    if (const auto named = kind_by_ending(link.text, column)) return {*named, false, {}};
  }
  if (by_ending) {
    // A config under "log" is no log; a checkpoint in a column of configs is still a checkpoint.
    const auto said = by_label ? by_label : by_column;
    const bool is_config_as_log = said == FileKind::kLog && by_ending == FileKind::kConfig;
    const bool is_text_as_weights =
        said == FileKind::kCheckpoint && by_ending != FileKind::kCheckpoint;
    const bool is_weights_as_log = by_label == FileKind::kLog && by_ending == FileKind::kCheckpoint;
    const bool is_misnamed =
        is_config_as_log || is_weights_as_log || (by_label && is_text_as_weights);
    if (is_misnamed) return {*said, false, expected_of(*said)};
    return {*by_ending, true, {}};
  }
  auto said = by_label ? by_label : by_column;
  // "[OneDrive](https://1drv.ms/u/1)" under Link or download.
  if (!said && column == Column::kDownload && !normalised_header(link.text).empty() &&
      names_a_share(link.text) && is_url(link.url)) {
    said = FileKind::kCheckpoint;
  }
  if (!said) return {};
  if (is_page(link.url)) return {*said, false, expected_of(*said)};
  // "[y](https://x.org/1)" under Model names the model, and not what the link leads to.
  const bool is_named = by_label || names_a_share(link.text) || *said != FileKind::kCheckpoint;
  return is_named ? FileLink{*said, false, {}} : FileLink{*said, false, expected_of(*said)};
}

}  // namespace harness
