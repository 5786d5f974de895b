#include "harness/checkpoint/publish.h"

#include <sys/stat.h>

#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/checkpoint_writer.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

class Publish : public testing::Test {
 protected:
  /// A checkpoint as a trainer saves it.
  fs::path save(const std::string& name, CheckpointFormat format = CheckpointFormat::kLegacy) {
    const TensorView weight =
        row_major_tensor("conv.weight", DType::kFloat16, {2, 2}, std::as_bytes(std::span(memory_)));
    PythonValue root = PythonValue::dict();
    root.set("meta", PythonValue::dict().set("iter", 600).set("CLASSES", PythonValue::tuple({"a"})))
        .set("state_dict", PythonValue::state_dict({weight}))
        .set("optimizer", PythonValue::dict().set("state", PythonValue::dict().set(0, weight)));
    write_checkpoint(folder_.path() / name, root, format);
    return folder_.path() / name;
  }

  TemporaryFolder folder_;
  const std::vector<std::uint16_t> memory_ = {1, 2, 3, 4};
};

TEST_F(Publish, StripsTheOptimizerAndNamesTheFileAfterItsHash) {
  const fs::path input = save("iter_600.pth");
  const PublishedFile published = publish_checkpoint(input, {});
  EXPECT_EQ(published.path.filename(), "iter_600-" + published.sha256.substr(0, 8) + ".pth");
  EXPECT_EQ(published.path.parent_path(), input.parent_path());
  EXPECT_EQ(sha256_file(published.path), published.sha256);
  EXPECT_EQ(fs::file_size(published.path), published.size);
  EXPECT_EQ(published.removed, std::vector<std::string>{"optimizer"});
  const Checkpoint copy = Checkpoint::open(published.path);
  EXPECT_EQ(copy.meta().dump(), R"({"iter":600,"CLASSES":["a"]})");
  EXPECT_EQ(copy.top_level().size(), 1U);
  EXPECT_EQ(tensor_digest(copy.state_dict().at(0)),
            tensor_digest(Checkpoint::open(input).state_dict().at(0)));
}

TEST_F(Publish, RefusesAnOptimizerThatItCannotTakeOut) {
  const TensorView weight =
      row_major_tensor("w", DType::kFloat16, {2, 2}, std::as_bytes(std::span(memory_)));
  const PythonValue optimizer = PythonValue::dict()
                                    .set("state", PythonValue::dict().set(0, weight))
                                    .set("param_groups", PythonValue::list({}));
  const PythonValue nested = PythonValue::dict()
                                 .set("state_dict", PythonValue::state_dict({weight}))
                                 .set("trainer", PythonValue::dict().set("solver", optimizer));
  for (const PythonValue& root : {optimizer, nested}) {
    const fs::path input = folder_.path() / "a.pth";
    write_checkpoint(input, root, CheckpointFormat::kZip);
    try {
      publish_checkpoint(input, {});
      ADD_FAILURE() << "expected an error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
  }
}

TEST_F(Publish, KeepsTheFormatUnlessToldOtherwise) {
  EXPECT_EQ(publish_checkpoint(save("a.pth"), {}).format, CheckpointFormat::kLegacy);
  const fs::path zip = save("b.pth", CheckpointFormat::kZip);
  EXPECT_EQ(Checkpoint::open(publish_checkpoint(zip, {}).path).format(), CheckpointFormat::kZip);
  const PublishedFile legacy = publish_checkpoint(zip, {.format = CheckpointFormat::kLegacy});
  EXPECT_EQ(Checkpoint::open(legacy.path).format(), CheckpointFormat::kLegacy);
}

TEST_F(Publish, TakesAFolderOrAStem) {
  const fs::path input = save("iter_600.pth");
  const fs::path folder = folder_.path() / "zoo" / "";
  EXPECT_EQ(publish_checkpoint(input, {.output = folder}).path.parent_path(), folder.parent_path());
  const fs::path named = folder_.path() / "zoo" / "fcn_20200717_230921";
  EXPECT_THAT(publish_checkpoint(input, {.output = named}).path.filename().string(),
              testing::MatchesRegex("fcn_20200717_230921-[0-9a-f]+\\.pth"));
  EXPECT_EQ(publish_checkpoint(input, {.output = named.string() + ".pth"}).path,
            publish_checkpoint(input, {.output = named}).path);
}

TEST_F(Publish, WritesIntoFoldersThatExistAndBesideNoPipe) {
  const fs::path input = save("iter_600.pth");
  ASSERT_EQ(::mkfifo((folder_.path() / "pipe").c_str(), 0600), 0);
  for (const fs::path& output :
       {folder_.path() / "no" / "fcn", folder_.path() / "no" / "zoo" / "", folder_.path() / "pipe",
        folder_.path() / "iter_600.pth" / "fcn"}) {
    try {
      publish_checkpoint(input, {.output = output});
      ADD_FAILURE() << "was written: " << output;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIo);
    }
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 2);
}

TEST_F(Publish, CutsTheSuffixAndNotItsLetters) {
  // publish_model.py makes "de" of the first: it strips the letters p, t, h and the dot.
  EXPECT_EQ(published_stem("depth.pth", ""), "depth");
  EXPECT_EQ(published_stem("a/latest.pth", ""), "latest");
  EXPECT_EQ(published_stem("model.bin", ""), "model.bin");
  EXPECT_EQ(published_stem("fcn-50245227.pth", "50245227aa"), "fcn");
  EXPECT_EQ(published_stem("fcn-50245227.pth", "ade37931aa"), "fcn-50245227");
}

TEST_F(Publish, NeverReplacesAnotherFile) {
  const fs::path input = save("run.pth");
  const PublishedFile first = publish_checkpoint(input, {});
  EXPECT_FALSE(first.was_there);
  EXPECT_TRUE(publish_checkpoint(input, {}).was_there);
  write_file_atomic(first.path, "somebody else's");
  EXPECT_THROW(publish_checkpoint(input, {}), Error);
  EXPECT_EQ(read_file(first.path), "somebody else's");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 2);
}

TEST_F(Publish, PublishesTheMiniZooAgainWithoutChangingAValue) {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator("fixtures/minizoo/zoo")) {
    if (entry.path().extension() != ".pth") continue;
    const PublishedFile published =
        publish_checkpoint(entry.path(), {.output = folder_.path() / ""});
    const Checkpoint original = Checkpoint::open(entry.path());
    const Checkpoint copy = Checkpoint::open(published.path);
    EXPECT_EQ(copy.format(), original.format());
    EXPECT_EQ(copy.meta(), original.meta()) << entry.path();
    EXPECT_GT(published.tensors, 0U);
    ++files;
  }
  EXPECT_EQ(files, 9U);
}

}  // namespace
}  // namespace harness
