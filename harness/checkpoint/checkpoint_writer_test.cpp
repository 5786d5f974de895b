#include "harness/checkpoint/checkpoint_writer.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

constexpr CheckpointFormat kFormats[] = {CheckpointFormat::kZip, CheckpointFormat::kLegacy};

/// Memory for tensors of tests: 0, 1, 2, ... in bytes.
const std::vector<std::byte>& memory() {
  static const std::vector<std::byte> bytes = [] {
    std::vector<std::byte> made(512);
    for (std::size_t index = 0; index < made.size(); ++index) made[index] = std::byte(index % 128);
    return made;
  }();
  return bytes;
}

std::span<const std::byte> piece(std::size_t begin, std::size_t size) {
  return std::span(memory()).subspan(begin, size);
}

/// A tensor of every dtype, two views of one storage, a scalar, an empty one.
std::vector<TensorView> tensors() {
  static const std::byte truths[3] = {std::byte{1}, std::byte{0}, std::byte{1}};
  std::vector<TensorView> made;
  std::size_t begin = 0;
  for (const DType dtype :
       {DType::kFloat16, DType::kBFloat16, DType::kFloat32, DType::kFloat64, DType::kInt8,
        DType::kInt16, DType::kInt32, DType::kInt64, DType::kUInt8}) {
    const std::size_t size = 3 * item_size(dtype);
    made.push_back(
        row_major_tensor(std::string(to_string(dtype)), dtype, {3, 1}, piece(begin, size)));
    begin += size;
  }
  made.push_back(row_major_tensor("bool", DType::kBool, {3}, truths));
  made.push_back(row_major_tensor("a", DType::kFloat32, {2, 3}, piece(200, 24)));
  TensorView column = made.back();
  column.name = "b";
  column.shape = {2};
  column.strides = {3};
  column.offset = 2;
  made.push_back(column);
  made.push_back(row_major_tensor("scalar", DType::kInt64, {}, piece(300, 8)));
  made.push_back(row_major_tensor("empty", DType::kFloat32, {0, 5}, {}));
  return made;
}

/// What a training run saves.
PythonValue run_state(const std::vector<TensorView>& weights) {
  PythonValue versions = PythonValue::ordered_dict();
  versions.set("", PythonValue::dict().set("version", 1));
  PythonValue meta = PythonValue::dict();
  meta.set("CLASSES", PythonValue::tuple({"road",
                                          "Stra\xc3\x9f"
                                          "e"}))
      .set("PALETTE", PythonValue::list({PythonValue::list({128, 64, 128})}))
      .set("iter", 80'000)
      .set("lr", 1e-4)
      .set("seed", PythonValue())
      .set("cudnn", true)
      .set("large", -(std::int64_t{1} << 40))
      .set("env", PythonValue::ordered_dict().set("z", 1).set("a", 2));
  PythonValue momentum = PythonValue::dict();
  momentum.set("momentum_buffer", row_major_tensor("", DType::kFloat32, {2}, piece(400, 8)));
  PythonValue group = PythonValue::dict();
  group.set("lr", 0.01).set("params", PythonValue::list({0}));
  PythonValue optimizer = PythonValue::dict();
  optimizer.set("state", PythonValue::dict().set(0, momentum))
      .set("param_groups", PythonValue::list({group}));
  PythonValue root = PythonValue::dict();
  root.set("meta", meta)
      .set("state_dict", PythonValue::state_dict(weights).set_attributes(
                             PythonValue::dict().set("_metadata", versions)))
      .set("optimizer", optimizer);
  return root;
}

void expect_equal(const std::vector<TensorView>& got, const std::vector<TensorView>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t index = 0; index < got.size(); ++index) {
    EXPECT_EQ(got[index].name, expected[index].name);
    EXPECT_EQ(got[index].strides, expected[index].strides) << got[index].name;
    EXPECT_EQ(tensor_digest(got[index]), tensor_digest(expected[index])) << got[index].name;
  }
}

TEST(CheckpointWriter, OurReaderReadsWhatWeWriteBitForBit) {
  const TemporaryFolder folder;
  for (const CheckpointFormat format : kFormats) {
    const fs::path path = folder.path() / to_string(format);
    const WrittenCheckpoint written = write_checkpoint(path, run_state(tensors()), format);
    EXPECT_EQ(written.size, fs::file_size(path));
    EXPECT_EQ(written.sha256, sha256_file(path));
    const Checkpoint read = Checkpoint::open(path);
    EXPECT_EQ(read.format(), format);
    expect_equal(read.state_dict(), tensors());
    EXPECT_EQ(read.state_dict()[10].storage, read.state_dict()[11].storage);
    EXPECT_EQ(read.other_tensors().at(0).name, "optimizer.state.0.momentum_buffer");
    EXPECT_EQ(read.meta().dump(),
              R"({"CLASSES":["road","Straße"],"PALETTE":[[128,64,128]],"iter":80000,"lr":0.0001,)"
              R"("seed":null,"cudnn":true,"large":-1099511627776,"env":{"z":1,"a":2}})");
  }
}

TEST(CheckpointWriter, WritesTheSameBytesWhateverTheFileIsCalled) {
  const TemporaryFolder folder;
  for (const CheckpointFormat format : kFormats) {
    EXPECT_EQ(write_checkpoint(folder.path() / "one.pth", run_state(tensors()), format).sha256,
              write_checkpoint(folder.path() / "two.pth", run_state(tensors()), format).sha256);
  }
}

TEST(CheckpointWriter, RewritesEveryFileOfTheMiniZooBitForBit) {
  const TemporaryFolder folder;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator("fixtures/minizoo/zoo")) {
    if (entry.path().extension() != ".pth") continue;
    const Checkpoint original = Checkpoint::open(entry.path());
    PythonValue root = PythonValue::dict();
    root.set("state_dict", PythonValue::state_dict(original.state_dict()));
    for (const CheckpointFormat format : kFormats) {
      write_checkpoint(folder.path() / "copy.pth", root, format);
      const Checkpoint copy = Checkpoint::open(folder.path() / "copy.pth");
      expect_equal(copy.state_dict(), original.state_dict());
    }
    ++files;
  }
  EXPECT_EQ(files, 9U);
}

TEST(CheckpointWriter, LeavesTheOldFileWhenAValueCannotBeWritten) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "latest.pth";
  write_checkpoint(path, run_state(tensors()));
  const std::string before = read_file(path);
  EXPECT_THROW(write_checkpoint(path, PythonValue("\xff")), std::invalid_argument);
  EXPECT_THROW(write_checkpoint(path, 1, CheckpointFormat::kZip, ExistingFile::kRefuse), Error);
  EXPECT_EQ(read_file(path), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

/// A Python with PyTorch: HALFPROOF_PYTHON, else the one that ci/setup made; empty without either.
std::string python() {
  if (const char* named = std::getenv("HALFPROOF_PYTHON")) return named;
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache == nullptr && home == nullptr) return "";
  const fs::path folder = (cache ? fs::path(cache) : fs::path(home) / ".cache") / "halfproof";
  if (!fs::is_directory(folder)) return "";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / "bin" / "python")) return entry.path() / "bin" / "python";
  }
  return "";
}

/// What PyTorch makes of the files: a JSON value for each.
std::vector<Json> load_with_torch(const std::vector<fs::path>& files) {
  std::string command = "'" + python() + "' harness/checkpoint/checkpoint_writer_test.py";
  for (const auto& file : files) command += " '" + file.string() + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string output;
  char block[4096];
  while (const std::size_t count = std::fread(block, 1, sizeof(block), pipe)) {
    output.append(block, count);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command;
  std::vector<Json> values;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) values.push_back(Json::parse(line));
  return values;
}

Json spelled_tensor(const TensorView& tensor) {
  return describe(tensor.dtype, tensor.shape) + " " + tensor_digest(tensor);
}

Json spelled_state_dict(const std::vector<TensorView>& weights) {
  Json pairs = Json::array();
  for (const auto& tensor : weights) {
    pairs.push_back(Json::array({{{"str", "'" + tensor.name + "'"}}, spelled_tensor(tensor)}));
  }
  return pairs;
}

constexpr char kSpelledMeta[] =
    R"({"dict":[[{"str":"'CLASSES'"},{"tuple":[{"str":"'road'"},{"str":"'Straße'"}]}],)"
    R"([{"str":"'PALETTE'"},{"list":[{"list":[{"int":"128"},{"int":"64"},{"int":"128"}]}]}],)"
    R"([{"str":"'iter'"},{"int":"80000"}],[{"str":"'lr'"},{"float":"0.0001"}],)"
    R"([{"str":"'seed'"},{"NoneType":"None"}],[{"str":"'cudnn'"},{"bool":"True"}],)"
    R"([{"str":"'large'"},{"int":"-1099511627776"}],)"
    R"([{"str":"'env'"},{"OrderedDict":[[{"str":"'z'"},{"int":"1"}],[{"str":"'a'"},{"int":"2"}]]}]]})";

TEST(CheckpointWriter, PyTorchLoadsBothFormatsWithWeightsOnly) {
  if (python().empty()) GTEST_SKIP() << "HALFPROOF_PYTHON names no Python with PyTorch";
  const TemporaryFolder folder;
  std::vector<fs::path> files;
  for (const CheckpointFormat format : kFormats) {
    files.push_back(folder.path() / to_string(format));
    write_checkpoint(files.back(), run_state(tensors()), format);
  }
  const std::vector<Json> loaded = load_with_torch(files);
  ASSERT_EQ(loaded.size(), 2U);
  for (std::size_t index = 0; index < 2; ++index) {
    EXPECT_EQ(loaded[index]["zip"], kFormats[index] == CheckpointFormat::kZip);
    EXPECT_EQ(loaded[index]["shares"], true);
    const Json& entries = loaded[index]["value"]["dict"];
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0][1].dump(), Json::parse(kSpelledMeta).dump());
    EXPECT_EQ(entries[1][1]["OrderedDict"], spelled_state_dict(tensors()));
    EXPECT_EQ(entries[1][1]["attributes"]["dict"][0][0]["str"], "'_metadata'");
    const Json& state = entries[2][1]["dict"][0][1]["dict"][0];
    EXPECT_EQ(state[0]["int"], "0");
    EXPECT_EQ(state[1]["dict"][0][1],
              spelled_tensor(row_major_tensor("", DType::kFloat32, {2}, piece(400, 8))));
  }
}

}  // namespace
}  // namespace harness
