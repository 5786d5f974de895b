// One checkpoint as releases of PyTorch from 1.0 to 2.x and Pythons from 2.7 on write it
// (fixtures/checkpoints/make_older_forms.py).

#include <string>

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/report/inspect.h"

namespace harness {
namespace {

const std::filesystem::path kFolder = "fixtures/checkpoints";

/// What the script puts into "meta", written down by hand.
constexpr char kMeta[] = R"json({
  "text": "Straße", "epoch": 3, "large": 1099511627776, "classes": ["road", "sky"],
  "mean": {"__class__": "numpy.ndarray", "dtype": "float64", "shape": [2],
           "values": [123.675, 116.28]},
  "columns": {"__class__": "numpy.ndarray", "dtype": "int16", "shape": [2, 3],
              "values": [1, 2, 3, 4, 5, 6]},
  "miou": 0.5, "best": 7, "flag": true, "byte": 200, "size": [2, 3],
  "dtype": "torch.float16", "device": "cuda:1", "seen": [1], "fixed": [2], "groups": {"a": [1]},
  "history": {"__class__": "__main__.HistoryBuffer", "state": {"values": [0.5]}},
  "arguments": {"__class__": "argparse.Namespace", "state": {"lr": 0.1}},
  "duration": {"__class__": "datetime.timedelta", "args": [1, 2, 3]}})json";

constexpr char kUnknown[] =
    R"({"__main__.HistoryBuffer": 1, "argparse.Namespace": 1, "datetime.timedelta": 1})";

class Form : public testing::TestWithParam<const char*> {
 protected:
  Checkpoint checkpoint_ = Checkpoint::open(kFolder / GetParam());
};

TEST_P(Form, HoldsTheMetaThatWasSaved) {
  const Json expected = Json::parse(kMeta);
  for (const auto& [key, value] : expected.items()) {
    EXPECT_EQ(checkpoint_.meta().value(key, Json("missing")), value) << key;
  }
  EXPECT_EQ(checkpoint_.meta().size(), expected.size());
}

TEST_P(Form, HoldsTheTensorsThatPyTorchReads) {
  const Json digests = read_json_file(kFolder / "expected_forms.json").at(GetParam());
  std::size_t seen = 0;
  for (const auto* tensors : {&checkpoint_.state_dict(), &checkpoint_.other_tensors()}) {
    for (const TensorView& tensor : *tensors) {
      EXPECT_EQ(digests.value(tensor.name, ""), tensor_digest(tensor)) << tensor.name;
      ++seen;
    }
  }
  EXPECT_EQ(seen, 6U);
  EXPECT_EQ(checkpoint_.state_dict()[0].dtype, DType::kFloat16);
  EXPECT_EQ(checkpoint_.other_tensors()[0].storage, checkpoint_.other_tensors()[1].storage);
}

TEST_P(Form, KeepsTheOptimizersNumbers) {
  const Json& optimizer = checkpoint_.top_level().at("optimizer");
  EXPECT_EQ(optimizer["state"]["0"]["step"], 600);
  EXPECT_EQ(optimizer["param_groups"],
            Json::parse(R"([{"lr": 0.01, "betas": [0.9, 0.999], "amsgrad": false,
                             "params": [0]}])"));
}

TEST_P(Form, ListsTheClassesThatItDoesNotKnow) {
  EXPECT_EQ(inspect_checkpoint(checkpoint_, "x.pth")["unknown_classes"], Json::parse(kUnknown));
}

INSTANTIATE_TEST_SUITE_P(EveryForm, Form,
                         testing::Values("form_1.0_python2.pth", "form_1.0.pth", "form_1.6.pth",
                                         "form_2.1_protocol3.pth", "form_2.1_protocol4.pth",
                                         "form_2.1_protocol5.pth"));

}  // namespace
}  // namespace harness
