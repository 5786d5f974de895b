#include "harness/table/import/yaml_aliases.h"

#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "harness/base/error.h"

namespace harness {
namespace {

/// Adds up the nodes that a document has when its aliases are written out.
class WrittenOutSize : public YAML::EventHandler {
 public:
  WrittenOutSize(std::string_view subject, std::size_t limit) : subject_(subject), limit_(limit) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(mark, anchor, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    add(mark, anchor, 1 + value.size());
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto size = sizes_.find(anchor);
    if (size == sizes_.end()) fail(mark, "expected no alias within what it stands for, got one");
    add(mark, YAML::NullAnchor, size->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Container {
    YAML::anchor_t anchor;
    std::size_t before;  ///< The total when it was opened.
  };

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, std::size_t size) {
    total_ += size;
    if (total_ > limit_) {
      fail(mark, fmt::format("expected at most {} bytes with each alias (*name) written out, got "
                             "more; write out what is meant",
                             limit_));
    }
    if (anchor != YAML::NullAnchor) sizes_[anchor] = size;
  }
  void open(const YAML::Mark& mark, YAML::anchor_t anchor) {
    containers_.push_back({anchor, total_});
    add(mark, YAML::NullAnchor, 1);
  }
  void close() {
    const Container closed = containers_.back();
    containers_.pop_back();
    if (closed.anchor != YAML::NullAnchor) sizes_[closed.anchor] = total_ - closed.before;
  }
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& detail) const {
    throw Error(ErrorCode::kInvalidTable, fmt::format("{}:{}", subject_, mark.line + 1), detail);
  }

  std::string_view subject_;
  std::size_t limit_;
  std::size_t total_ = 0;
  std::map<YAML::anchor_t, std::size_t> sizes_;  ///< Of the anchors' nodes, once they are complete.
  std::vector<Container> containers_;
};

}  // namespace

void refuse_larger_written_out(std::string_view text, std::string_view subject, std::size_t limit) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  WrittenOutSize size(subject, limit);
  while (parser.HandleNextDocument(size)) {
  }
}

}  // namespace harness
