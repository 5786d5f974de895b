#include "harness/table/import/row_files.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "harness/table/import/file_link.h"
#include "harness/table/import/link.h"

namespace harness {
namespace {

struct Candidate {
  std::string location;
  bool has_ending = false;
  Source source;
};

/// The links of one kind in the order of the row.
struct Candidates {
  std::vector<Candidate> found;
  std::vector<UnreadCell> refused;
};

Candidates candidates_of(FileKind kind, const std::vector<LinkCell>& cells,
                         const PublishedPage& page, const Source& place) {
  Candidates candidates;
  for (const LinkCell& at : cells) {
    const Source source{place.file, place.line, at.header};
    for (const MarkdownLink& link : at.cell->links) {
      if (link.url.empty()) continue;
      const FileLink file = classify_link(link, at.column);
      if (file.kind != kind) continue;
      if (!file.refusal.empty()) {
        candidates.refused.push_back({link.url, std::string(file.refusal), true, source});
        continue;
      }
      candidates.found.push_back(
          {resolve_link(link.url, page.folder(), page.suite_folder), file.has_ending, source});
    }
  }
  return candidates;
}

/// The one that counts; null pointer where there is none.
const Candidate* best_of(FileKind kind, const std::vector<Candidate>& found) {
  const auto is_json = [](const Candidate& candidate) {
    return file_name_of(candidate.location).ends_with(".json");
  };
  const auto has_ending = [](const Candidate& candidate) { return candidate.has_ending; };
  auto best =
      kind == FileKind::kLog ? std::find_if(found.begin(), found.end(), is_json) : found.end();
  if (best == found.end()) best = std::find_if(found.begin(), found.end(), has_ending);
  if (best == found.end()) best = found.begin();
  return best == found.end() ? nullptr : &*best;
}

/// Another file than `best`, and no mirror of it; null pointer where there is none.
const Candidate* rival_of(const Candidate& best, const std::vector<Candidate>& found) {
  const auto rival = std::find_if(found.begin(), found.end(), [&](const Candidate& other) {
    return best.has_ending && other.has_ending &&
           file_name_of(other.location) != file_name_of(best.location);
  });
  return rival == found.end() ? nullptr : &*rival;
}

struct Slot {
  FileKind kind;
  const char* claim;  ///< Loses its file when the link is refused.
  std::string PublishedRow::*location;
};

constexpr std::array<Slot, 3> kSlots{{
    {FileKind::kCheckpoint, "hash", &PublishedRow::checkpoint},
    {FileKind::kLog, "log.config", &PublishedRow::log},
    {FileKind::kConfig, "config", &PublishedRow::config},
}};

}  // namespace

void read_files(const std::vector<LinkCell>& cells, const PublishedPage& page, const Source& place,
                PublishedRow& row) {
  for (const Slot& slot : kSlots) {
    const Candidates candidates = candidates_of(slot.kind, cells, page, place);
    const Candidate* best = best_of(slot.kind, candidates.found);
    if (best == nullptr) {
      if (!candidates.refused.empty()) row.unread_links[slot.claim] = candidates.refused.front();
      continue;
    }
    const Candidate* rival =
        slot.kind == FileKind::kLog ? nullptr : rival_of(*best, candidates.found);
    if (rival != nullptr) {
      row.unread_links[slot.claim] = {fmt::format("{} and {}", best->location, rival->location),
                                      "one link", false, best->source};
      continue;
    }
    row.*slot.location = best->location;
    if (slot.kind == FileKind::kCheckpoint) row.files_source = best->source;
  }
}

}  // namespace harness
