#include "harness/checkpoint/state_dict_search.h"

#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/checkpoint/pickle/unpickler.h"
#include "harness/testing/pickle_text.h"

namespace harness {
namespace {

using pickle_text::global;
using pickle_text::join;
using pickle_text::pickled;
using pickle_text::tensor;
using pickle_text::text;
using pickle_text::tuple;
using testing::ElementsAre;
using testing::IsEmpty;

/// A dict of pickled values by their keys.
std::string dict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string body = "}(";
  for (const auto& [key, value] : entries) body += text(key) + value;
  return body + "u";
}

std::string weights() {
  return dict({{"conv.weight", tensor()}, {"conv.bias", tensor()}});
}

/// What torch.optim.Optimizer.state_dict() gives.
std::string optimizer() {
  return dict({{"state", dict({{"0", dict({{"momentum_buffer", tensor()}})}})},
               {"param_groups", "](" + dict({{"lr", "K\x01"}}) + "e"}});
}

std::string object(const std::string& module, const std::string& name, const std::string& state) {
  return join(global(module, name), ")\x81", state, "b");
}

/// torch.nn.Module with what every module has.
std::string module(const std::vector<std::pair<std::string, std::string>>& parameters,
                   const std::vector<std::pair<std::string, std::string>>& buffers,
                   const std::vector<std::pair<std::string, std::string>>& modules) {
  return object("net", "Net",
                dict({{"_parameters", dict(parameters)},
                      {"_buffers", dict(buffers)},
                      {"_non_persistent_buffers_set", join("\x8f(", text("grid"), "\x90")},
                      {"_modules", dict(modules)}}));
}

class StateDictSearch : public testing::Test {
 protected:
  const PickleTree& read(const std::string& body) {
    bytes_ = pickled(body);
    tree_ = unpickle(std::as_bytes(std::span(bytes_)), "x.pth").tree;
    return tree_;
  }
  std::string path(const std::string& body) { return find_state_dict(read(body)).path; }
  std::vector<std::string> names(const std::string& body) {
    std::vector<std::string> list;
    for (const auto& [name, value] : find_state_dict(read(body)).weights) list.push_back(name);
    return list;
  }
  std::vector<std::string> optimizers(const std::string& body) {
    return find_optimizers(read(body));
  }

  std::string bytes_;
  PickleTree tree_;
};

TEST_F(StateDictSearch, FindsTheWeightsUnderEveryUsualKey) {
  for (const char* key : {"state_dict", "model", "module", "net", "network", "weights",
                          "model_state_dict", "ema_state_dict", "model_ema", "params"}) {
    EXPECT_EQ(path(dict({{"epoch", "K\x03"}, {key, weights()}})), key);
    EXPECT_THAT(names(dict({{key, weights()}})), ElementsAre("conv.weight", "conv.bias"));
  }
}

TEST_F(StateDictSearch, FindsThemInOneAnother) {
  EXPECT_EQ(path(dict({{"model", dict({{"state_dict", weights()}})}})), "model.state_dict");
  EXPECT_EQ(path(dict({{"state_dict", dict({{"module", weights()}})}})), "state_dict.module");
  EXPECT_EQ(path("](" + weights() + optimizer() + "e"), "0");
}

TEST_F(StateDictSearch, TakesTheModelAndNotItsAverage) {
  EXPECT_EQ(path(dict({{"ema", weights()}, {"model", weights()}})), "model");
  EXPECT_EQ(path(dict({{"model", "N"}, {"ema", weights()}})), "ema");
}

TEST_F(StateDictSearch, TakesTheFileItselfWhereNoKeyHoldsThem) {
  EXPECT_EQ(path(weights()), "");
  EXPECT_THAT(names(tensor()), ElementsAre("tensor"));
  EXPECT_THAT(names("](" + tensor() + tensor() + "e"), ElementsAre("0", "1"));
  // "model" is a layer's name here.
  EXPECT_EQ(path(dict({{"model", dict({{"x", tensor()}})}, {"head.weight", tensor()}})), "");
}

TEST_F(StateDictSearch, LeavesTrainingsStateOutOfTheWeights) {
  const StateDictPlace place = find_state_dict(
      read(dict({{"conv.weight", tensor()}, {"optimizer", optimizer()}, {"rng_state", tensor()}})));
  ASSERT_EQ(place.weights.size(), 1U);
  EXPECT_EQ(place.weights[0].first, "conv.weight");
}

TEST_F(StateDictSearch, AFileMayBeTheStateOfAnOptimizer) {
  EXPECT_THAT(names(optimizer()), IsEmpty());
  EXPECT_THAT(optimizers(optimizer()), ElementsAre(""));
}

TEST_F(StateDictSearch, LooksIntoAWrapperOfAnyName) {
  const std::string inner = dict({{"model", weights()}, {"opt", optimizer()}});
  const std::string body = dict({{"trainer", inner}, {"epoch", "K\x03"}, {"rng", tensor()}});
  EXPECT_EQ(path(body), "trainer.model");
  EXPECT_THAT(names(body), ElementsAre("conv.weight", "conv.bias"));
  EXPECT_THAT(optimizers(body), ElementsAre("trainer.opt"));
  // Layers in layers are no wrapper.
  const std::string layers = dict({{"encoder", dict({{"block", dict({{"w", tensor()}})}})}});
  EXPECT_EQ(path(layers), "");
  EXPECT_THAT(names(layers), ElementsAre("encoder"));
}

TEST_F(StateDictSearch, CountsNoOptimizerAmongTheWeightsHoweverDeepItIs) {
  const std::string inner =
      dict({{"conv.weight", tensor()}, {"conv.bias", tensor()}, {"solver", optimizer()}});
  const StateDictPlace place = find_state_dict(read(dict({{"state_dict", inner}})));
  EXPECT_EQ(place.path, "state_dict");
  EXPECT_EQ(place.weights.size(), 2U);
  ASSERT_EQ(place.optimizers.size(), 1U);
  EXPECT_EQ(place.optimizers[0].first, "solver");
  EXPECT_THAT(optimizers(dict({{"state_dict", inner}})), ElementsAre("state_dict.solver"));
  // Two that could be wrappers: neither is entered.
  const std::string both =
      dict({{"a", dict({{"x", tensor()}, {"o", optimizer()}})}, {"b", dict({{"y", tensor()}})}});
  EXPECT_EQ(path(both), "");
  EXPECT_THAT(names(both), ElementsAre("a.x", "b"));
  EXPECT_THAT(optimizers(both), ElementsAre("a.o"));
}

/// A layer may be called as optimizers are.
TEST_F(StateDictSearch, AmongWeightsAnOptimizerIsKnownByItsForm) {
  const std::string body = dict({{"state_dict", dict({{"optim", dict({{"w", tensor()}})}})}});
  EXPECT_THAT(names(body), ElementsAre("optim"));
  EXPECT_THAT(optimizers(body), IsEmpty());
}

/// As a golden file of ours has it: the weights that a training with a scaler ended with.
TEST_F(StateDictSearch, TakesLayersForLayersWhateverTheirHolderIsCalled) {
  EXPECT_THAT(names(dict({{"after_grad_scaler", weights()}, {"input", tensor()}})),
              ElementsAre("after_grad_scaler", "input"));
}

/// Each list and each dict is looked into once: a look at each mention would take days.
TEST_F(StateDictSearch, TakesNoLongerForPartsThatAreShared) {
  constexpr int kMentions = 200'000;
  std::string shared = "](";
  for (int count = 0; count < kMentions; ++count) shared += "K\x07";
  shared += "eq" + std::string(1, '\x05') + "0";
  std::string body = shared + "}(";
  for (int count = 0; count < kMentions; ++count) {
    body += text("optim" + std::to_string(count)) + "h" + std::string(1, '\x05');
  }
  EXPECT_THAT(optimizers(body + "u"), IsEmpty());
  EXPECT_THAT(names(body + "u"), IsEmpty());
}

TEST_F(StateDictSearch, NamesTheTensorsOfAWholeModuleAsItsStateDictDoes) {
  const std::string inner =
      module({{"weight", tensor()}, {"bias", "N"}}, {{"running_mean", tensor()}}, {});
  const std::string whole = module({{"scale", tensor()}}, {{"grid", tensor()}}, {{"conv", inner}});
  const auto expected = ElementsAre("scale", "conv.weight", "conv.running_mean");
  EXPECT_THAT(names(whole), expected);
  EXPECT_THAT(names(dict({{"epoch", "K\x01"}, {"model", whole}})), expected);
  EXPECT_EQ(path(dict({{"model", whole}})), "model");
}

TEST_F(StateDictSearch, FindsOptimizersUnderAnyKeyAndForm) {
  EXPECT_THAT(optimizers(dict({{"state_dict", weights()}, {"optimizer", optimizer()}})),
              ElementsAre("optimizer"));
  EXPECT_THAT(optimizers(dict({{"opt_G", optimizer()}, {"opt_D", optimizer()}})),
              ElementsAre("opt_G", "opt_D"));
  EXPECT_THAT(optimizers(dict({{"optimizer_states", "](" + optimizer() + "e"}})),
              ElementsAre("optimizer_states"));
  EXPECT_THAT(optimizers(dict({{"optimizer", dict({{"a", optimizer()}, {"b", optimizer()}})}})),
              ElementsAre("optimizer"));
  EXPECT_THAT(optimizers(dict({{"trainer", dict({{"o", optimizer()}})}})),
              ElementsAre("trainer.o"));
  EXPECT_THAT(optimizers(dict({{"o", object("torch.optim.sgd", "SGD", dict({}))}})),
              ElementsAre("o"));
}

TEST_F(StateDictSearch, NoneAndItsSettingsAreNoOptimizer) {
  EXPECT_THAT(optimizers(dict({{"optimizer", "N"}})), IsEmpty());
  EXPECT_THAT(optimizers(dict({{"optimizer", "}"}})), IsEmpty());
  EXPECT_THAT(optimizers(dict({{"optimizer", text("sgd")}})), IsEmpty());
  EXPECT_THAT(optimizers(dict({{"optimizer", dict({{"type", text("SGD")}})}})), IsEmpty());
  EXPECT_THAT(optimizers(weights()), IsEmpty());
}

/// torch.optim.swa_utils.AveragedModel
TEST_F(StateDictSearch, AModuleOfThePackageOfOptimizersIsNone) {
  const std::string averaged =
      object("torch.optim.swa_utils", "AveragedModel",
             dict({{"_parameters", "}"},
                   {"_buffers", dict({{"n_averaged", tensor()}})},
                   {"_modules", dict({{"module", module({{"weight", tensor()}}, {}, {})}})}}));
  EXPECT_THAT(names(dict({{"model", averaged}})), ElementsAre("n_averaged", "module.weight"));
  EXPECT_THAT(optimizers(dict({{"model", averaged}})), IsEmpty());
}

TEST_F(StateDictSearch, AModuleThatKnowsItsOwnerGivesItsWeightsOnce) {
  const std::string owner = join("h", std::string(1, '\x07'));
  const std::string part = module({{"weight", tensor()}}, {}, {{"owner", owner}});
  const std::string self = join(
      global("net", "Net"), ")\x81q", std::string(1, '\x07'),
      dict({{"_parameters", "}"}, {"_modules", dict({{"part", part}, {"again", part}})}}), "b");
  EXPECT_THAT(names(self), ElementsAre("part.weight", "again.weight"));
}

}  // namespace
}  // namespace harness
