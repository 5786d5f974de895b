#include "harness/openmmlab/training_log.h"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

constexpr char kFcnLog[] =
    "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
    "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820.log.json";

class TrainingLogFile : public testing::Test {
 protected:
  TrainingLog read(std::string_view text) {
    write_file_atomic(path(), text);
    return read_training_log(path());
  }

  std::string refusal(std::string_view text) {
    try {
      read(text);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
      EXPECT_EQ(error.subject(), path().string());
      return error.detail();
    }
  }

  std::filesystem::path path() const { return folder_.path() / "run.log.json"; }

 private:
  TemporaryFolder folder_;
};

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// "line: text" of each remark.
std::vector<std::string> remarks(const TrainingLog& log) {
  std::vector<std::string> texts;
  for (const auto& remark : log.remarks) {
    texts.push_back(std::to_string(remark.line) + ": " + remark.text);
  }
  return texts;
}

std::vector<std::int64_t> iterations(const std::vector<TrainingLog::Entry>& entries) {
  std::vector<std::int64_t> numbers;
  for (const auto& entry : entries) numbers.push_back(entry.iteration);
  return numbers;
}

TEST(TrainingLog, ReadsALogOfTheMiniZoo) {
  const TrainingLog log = read_training_log(kFcnLog);
  EXPECT_EQ(log.environment["exp_name"], "fcn_r50w8-d8_64x128_600_fp16_scenes.py");
  EXPECT_THAT(iterations(log.train), testing::ElementsAre(75, 150, 225, 300, 375, 450, 525, 600));
  EXPECT_EQ(log.train.front().values["decode.loss_seg"], 1.48131);
  EXPECT_EQ(log.train.front().line, 2);
  EXPECT_NEAR(log.last_miou(), 52.05, 1e-9);
}

TEST(TrainingLog, GivesValidationTheIterationOfTheTrainingBeforeIt) {
  const TrainingLog log = read_training_log(kFcnLog);
  EXPECT_THAT(iterations(log.validation), testing::ElementsAre(150, 300, 450, 600));
  EXPECT_EQ(log.validation[0].values["iter"], 16);
}

TEST(TrainingLog, TakesNaNAsNull) {
  const TrainingLog log = read_training_log(kFcnLog);
  EXPECT_TRUE(log.validation.back().values["IoU.train"].is_null());
  EXPECT_EQ(log.validation.back().values["IoU.wall"], 0.2953);
}

TEST_F(TrainingLogFile, ReadsTheFormOfJuly2020) {
  const TrainingLog log = read(
      R"({"env_info": "sys.platform: linux", "seed": null, "exp_name": "fcn.py"}
{"mode": "train", "epoch": 1, "iter": 50, "lr": 0.01, "decode.loss_seg": 2.1, "loss": 3.0}
{"mode": "train", "epoch": 22, "iter": 7950, "lr": 0.0091, "decode.loss_seg": 0.4, "loss": 0.6}
{"mode": "val", "epoch": 22, "iter": 8000, "lr": 0.0091, "mIoU": 0.631, "mAcc": 0.7, "aAcc": 0.9}
{"mode": "val", "epoch": 44, "iter": 16000, "lr": 0.008, "mIoU": 0.768, "mAcc": 0.8, "aAcc": 0.9}
)");
  EXPECT_THAT(iterations(log.validation), testing::ElementsAre(8000, 16000));
  EXPECT_NEAR(log.last_miou(), 76.8, 1e-9);
}

/// As mmengine writes scalars.json: no environment, full precision, percent.
constexpr char kScalars[] =
    R"({"lr": 0.009994542471264368, "data_time": 0.0061, "loss": 2.9, "decode.loss_ce": 2.1, "decode.acc_seg": 31.2, "time": 0.51, "iter": 50, "memory": 5370, "step": 50}
{"lr": 0.009989084326068905, "data_time": 0.0058, "loss": 2.1, "decode.loss_ce": 1.5, "decode.acc_seg": 48.8, "time": 0.49, "iter": 100, "memory": 5370, "step": 100}
{"aAcc": 90.1, "mIoU": 61.25, "mAcc": 70.5, "data_time": 0.01, "time": 0.2, "step": 100}
{"lr": 0.0099836, "loss": NaN, "iter": 150, "memory": 5370, "step": 150}
{"aAcc": 95.5, "mIoU": 76.8, "mAcc": 84.0, "data_time": 0.01, "time": 0.2, "step": 200}
)";

TEST_F(TrainingLogFile, ReadsTheLinesOfMmengine) {
  const TrainingLog log = read(kScalars);
  EXPECT_EQ(log.scale, LogScale::kPercent);
  EXPECT_TRUE(log.environment.empty());
  EXPECT_THAT(log.environment_lines, testing::IsEmpty());
  EXPECT_THAT(iterations(log.train), testing::ElementsAre(50, 100, 150));
  EXPECT_THAT(iterations(log.validation), testing::ElementsAre(100, 200));
  EXPECT_EQ(log.validation[0].line, 3);
  EXPECT_EQ(log.miou(log.validation[0]), 61.25);
  EXPECT_EQ(log.last_miou(), 76.8);
  EXPECT_EQ(log.validation[1].values["mIoU"], 76.8) << "the line as it stands";
  EXPECT_TRUE(log.train[2].values["loss"].is_null());
}

TEST_F(TrainingLogFile, PlacesValidationsThatMmengineCountsByEpochs) {
  const TrainingLog log = read(R"({"loss": 1.0, "iter": 300, "epoch": 1, "step": 300}
{"mIoU": 10.0, "step": 1}
{"loss": 1.0, "iter": 600, "epoch": 2, "step": 600}
{"mIoU": 20.0, "step": 2}
)");
  EXPECT_THAT(iterations(log.validation), testing::ElementsAre(300, 600));
}

TEST_F(TrainingLogFile, RefusesAFileOfZeroBytesByWhatIsExpected) {
  EXPECT_EQ(refusal(std::string(3, '\0')),
            "expected lines with the mode \"train\" or \"val\", or with a step, got none");
}

TEST_F(TrainingLogFile, RefusesWhatMmengineDoesNotWrite) {
  const std::string step = "{\"loss\": 1.0, \"iter\": 50, \"step\": 50}\n";
  const std::string mode = "{\"mode\": \"train\", \"iter\": 50}\n";
  EXPECT_EQ(refusal(mode + step), "line 2: expected a mode as in the lines before, got a step");
  EXPECT_EQ(refusal("{\"exp_name\": \"a.py\"}\n" + step),
            "line 2: expected a mode as in the lines before, got a step");
  EXPECT_EQ(refusal(step + mode),
            "line 2: expected a step as in the lines before, got a line of mmcv's form");
  EXPECT_EQ(refusal(step + "{\"exp_name\": \"a.py\"}"),
            "line 2: expected a step as in the lines before, got a line of mmcv's form");
  EXPECT_EQ(refusal("{\"iter\": 1, \"step\": \"1\"}"),
            "line 1: step: expected an integer, got a string");
  EXPECT_EQ(refusal("{\"iter\": 0, \"step\": 0}"), "line 1: step: expected 1 or more, got 0");
  EXPECT_EQ(refusal("{\"mIoU\": 1.5, \"step\": -1}"), "line 1: step: expected 0 or more, got -1");
}

TEST_F(TrainingLogFile, TakesTheIterationFromTheIntervalInTheConfig) {
  const TrainingLog log = read(
      R"log({"exp_name": "a.py", "config": "evaluation = dict(interval=80)"}
{"mode": "train", "iter": 50, "loss": 1.0}
{"mode": "val", "iter": 16, "mIoU": 0.1}
{"mode": "train", "iter": 100, "loss": 1.0}
{"mode": "train", "iter": 150, "loss": 1.0}
{"mode": "val", "iter": 16, "mIoU": 0.2}
)log");
  EXPECT_THAT(iterations(log.validation), testing::ElementsAre(80, 160));
}

TEST_F(TrainingLogFile, TellsALongLoaderFromAnIterationByTheInterval) {
  const TrainingLog log = read(
      R"log({"exp_name": "a.py", "config": "evaluation = dict(interval=100)"}
{"mode": "train", "iter": 100, "loss": 1.0}
{"mode": "val", "iter": 125, "mIoU": 0.1}
)log");
  EXPECT_THAT(iterations(log.validation), testing::ElementsAre(100));
}

TEST_F(TrainingLogFile, LeavesWordsInTextAlone) {
  const TrainingLog log = read(
      "{\"mode\": \"val\", \"iter\": 1, \"mIoU\": NaN, \"note\": \"NaN \\\" -Infinity\", "
      "\"a\": [Infinity, -Infinity, 1]}\n");
  EXPECT_EQ(log.validation[0].values["note"], "NaN \" -Infinity");
  EXPECT_EQ(log.validation[0].values["a"], Json::parse("[null, null, 1]"));
  EXPECT_TRUE(std::isnan(log.last_miou()));
}

TEST_F(TrainingLogFile, HasNoMeanIouWithoutValidation) {
  const TrainingLog log = read(R"({"mode": "train", "iter": 50, "loss": 1.0})");
  EXPECT_TRUE(std::isnan(log.last_miou()));
  EXPECT_TRUE(log.environment.empty());
}

TEST_F(TrainingLogFile, KeepsTheFirstEnvironmentOfAResumedRun) {
  const TrainingLog log = read(
      "{\"exp_name\": \"a.py\", \"seed\": 1}\n{\"mode\": \"train\", \"iter\": 50}\n\n"
      "{\"exp_name\": \"a.py\", \"seed\": 2}\r\n{\"mode\": \"train\", \"iter\": 50}");
  EXPECT_EQ(log.environment["seed"], 1);
  EXPECT_THAT(iterations(log.train), testing::ElementsAre(50, 50));
  EXPECT_EQ(log.train[1].line, 5);
}

TEST_F(TrainingLogFile, ALineThatIsNoObjectCostsThatLine) {
  const std::string first = "{\"exp_name\": \"a.py\"}\n{\"mode\": \"train\", \"iter\": 50}\n";
  const std::string last = "\n{\"mode\": \"train\", \"iter\": 100}\n";
  using namespace std::string_literals;
  for (const std::string& line :
       {"{mode: 1}"s, "[1]"s, "{\"mode\": \"train\", \"iter\": 60,}"s,
        "{\"mode\": \"train\", \"iter\": 60, \"iter\": 61}"s,
        "{\"mode\": \"train\", \"iter\": 60, \"x\": \"\xe9\"}"s, "\0\0\0 {}"s}) {
    const TrainingLog log = read(first + line + last);
    EXPECT_THAT(iterations(log.train), testing::ElementsAre(50, 100)) << line;
    EXPECT_THAT(remarks(log), ElementsAre(testing::AllOf(StartsWith("3: "), HasSubstr("expected"),
                                                         HasSubstr("left out"))))
        << line;
  }
}

TEST_F(TrainingLogFile, ReadsBothObjectsOfALine) {
  const TrainingLog log = read(
      "{\"exp_name\": \"a.py\"}\n{\"mode\": \"train\", \"iter\": 50}{\"mode\": \"train\", "
      "\"iter\": 100}\n");
  EXPECT_THAT(iterations(log.train), testing::ElementsAre(50, 100));
  EXPECT_THAT(remarks(log), ElementsAre(HasSubstr("two objects in one line")));
}

TEST_F(TrainingLogFile, AHundredLinesThatAreNoObjectsAreNoLog) {
  std::string text = "{\"exp_name\": \"a.py\"}\n{\"mode\": \"train\", \"iter\": 50}\n";
  for (int line = 0; line < 100; ++line) text += "what\n";
  EXPECT_EQ(read(text).remarks.size(), 100U);
  EXPECT_THAT(refusal(text + "ever\n"), testing::StartsWith("line 103: expected JSON"));
}

TEST_F(TrainingLogFile, RefusesUtf16WithItsRemedy) {
  EXPECT_THAT(refusal(std::string("\xff\xfe{\0}\0", 6)), HasSubstr("iconv"));
}

TEST_F(TrainingLogFile, AnOddLineCostsThatLine) {
  const std::string first = "{\"exp_name\": \"a.py\"}\n{\"mode\": \"train\", \"iter\": 50}\n";
  const auto remark_of = [&](const std::string& line) {
    const TrainingLog log = read(first + line);
    EXPECT_EQ(log.train.size(), 1U) << line;
    EXPECT_TRUE(log.validation.empty()) << line;
    return remarks(log);
  };
  EXPECT_THAT(remark_of("{\"mode\": \"test\", \"iter\": 1}"),
              ElementsAre(StartsWith("3: mode: expected \"train\" or \"val\", got \"test\"")));
  EXPECT_THAT(remark_of("{\"loss\": 1}"), ElementsAre(StartsWith("3: expected a mode")));
  EXPECT_THAT(remark_of("{\"mode\": \"train\", \"iter\": 0}"),
              ElementsAre("3: iter: expected 1 or more, got 0"));
  EXPECT_THAT(remark_of("{\"mode\": \"train\", \"loss\": 1}"),
              ElementsAre("3: iter: expected an integer, got nothing"));
  EXPECT_THAT(remark_of("{\"mode\": \"tr"), ElementsAre(HasSubstr("the line is cut off")));
}

TEST_F(TrainingLogFile, AMeanIouThatIsNoneCostsTheMeanIou) {
  const std::string good = "{\"mode\": \"val\", \"iter\": 1, \"mIoU\": 0.5012}\n";
  for (const char* value : {"\"0.7\"", "-0.1", "768", "[1]", "NaN"}) {
    const TrainingLog log =
        read(good + "{\"mode\": \"val\", \"iter\": 2, \"mIoU\": " + value + "}");
    EXPECT_TRUE(std::isnan(log.last_miou())) << value << ": the last validation has none";
    EXPECT_NEAR(log.miou(log.validation.at(0)).value_or(0), 50.12, 1e-9) << value;
    EXPECT_THAT(remarks(log), testing::Contains(StartsWith("2: mIoU"))) << value;
  }
}

TEST_F(TrainingLogFile, MmcvsMeansArePercentagesWhenOneIsAboveOne) {
  const TrainingLog log = read(
      "{\"mode\": \"val\", \"iter\": 1, \"mIoU\": 0.9}\n"
      "{\"mode\": \"val\", \"iter\": 2, \"mIoU\": 76.8}\n");
  EXPECT_EQ(log.scale, LogScale::kPercent);
  EXPECT_EQ(log.last_miou(), 76.8);
  EXPECT_EQ(log.miou(log.validation[0]), 0.9);
  EXPECT_THAT(remarks(log), testing::Contains(HasSubstr("percentages")));
}

TEST_F(TrainingLogFile, TellsValidationsFromTrainingByWhatTheyHold) {
  const TrainingLog log = read(R"({"exp_name": "a.py"}
{"mode": "train", "epoch": 1, "iter": 50, "loss": 1.0}
{"mode": "train", "epoch": 1, "iter": 16, "mIoU": 0.25, "IoU.road": 0.5}
{"mode": "val", "epoch": 1, "iter": 16, "decode.loss_ce": 0.5, "loss": 0.5}
{"mode": "train", "epoch": 2, "iter": 100, "loss": 0.9}
{"mode": "train", "epoch": 2, "iter": 16, "mIoU": 0.5012, "IoU.road": 0.75}
{"mode": "val", "epoch": 2, "iter": 16, "mDice": 0.6}
)");
  EXPECT_THAT(iterations(log.train), ElementsAre(50, 100));
  EXPECT_THAT(iterations(log.validation), ElementsAre(50, 100, 100));
  EXPECT_EQ(log.validation_losses.size(), 1U);
  EXPECT_NEAR(log.last_miou(), 50.12, 1e-9) << "the last line is about something else";
  EXPECT_EQ(log.last_miou_line()->line, 6);
  EXPECT_THAT(remarks(log), IsEmpty());
}

TEST_F(TrainingLogFile, TheMeansOfSeveralDataSetsAreNotOne) {
  const TrainingLog log = read(
      "{\"exp_name\": \"a.py\"}\n"
      "{\"mode\": \"val\", \"iter\": 50, \"0_mIoU\": 0.5, \"1_mIoU\": 0.25}\n");
  EXPECT_TRUE(std::isnan(log.last_miou()));
  EXPECT_THAT(remarks(log), ElementsAre(HasSubstr("2: mIoU of several data sets")));
}

TEST_F(TrainingLogFile, ReadsALogThatItsRunDidNotFinish) {
  const std::string whole =
      "{\"exp_name\": \"a.py\"}\n{\"mode\": \"train\", \"iter\": 50}\n"
      "{\"mode\": \"val\", \"iter\": 8, \"mIoU\": 0.5012}\n";
  const TrainingLog cut = read(whole + "{\"mode\": \"train\", \"iter\": 10");
  EXPECT_NEAR(cut.last_miou(), 50.12, 1e-9);
  EXPECT_THAT(remarks(cut), ElementsAre(HasSubstr("4: expected a whole JSON object")));
  const TrainingLog lost = read(whole + std::string(40, '\0'));
  EXPECT_THAT(remarks(lost), ElementsAre(HasSubstr("4: the file ends in 40 zero bytes")));
  const TrainingLog restarted = read(whole +
                                     "{\"mode\": \"tr{\"exp_name\": \"a.py\"}\n"
                                     "{\"mode\": \"train\", \"iter\": 100}\n");
  EXPECT_THAT(iterations(restarted.train), ElementsAre(50, 100));
}

TEST_F(TrainingLogFile, CountsTheRemarksThatItDoesNotList) {
  std::string text = R"({"seed": 1})"
                     "\n";
  for (int i = 0; i < 5000; ++i) text += "{}\n";
  text += R"({"mode": "train", "iter": 1, "loss": 1.5})"
          "\n";
  const TrainingLog log = read(text);
  EXPECT_EQ(log.train.size(), 1U);
  ASSERT_EQ(log.remarks.size(), 101U);
  EXPECT_EQ(log.remarks.back().line, 102);
  EXPECT_THAT(log.remarks.back().text, StartsWith("4900 remarks more"));
}

TEST_F(TrainingLogFile, RemarksRestartsAndASecondRun) {
  const TrainingLog log = read(
      "{\"exp_name\": \"a.py\"}\n{\"mode\": \"train\", \"epoch\": 1, \"iter\": 50}\n"
      "{\"mode\": \"train\", \"epoch\": 2, \"iter\": 100}\n{\"exp_name\": \"a.py\"}\n"
      "{\"mode\": \"train\", \"epoch\": 1, \"iter\": 50}\n");
  EXPECT_FALSE(log.counted_within_epochs);
  EXPECT_THAT(remarks(log), ElementsAre(HasSubstr("4: the log begins again"),
                                        HasSubstr("5: iteration 50 comes after 100")));
}

TEST_F(TrainingLogFile, RemarksWhatIsMissingAndWhatIsNotFinite) {
  const TrainingLog log = read(
      "{\"mode\": \"train\", \"iter\": 50, \"loss\": NaN}\n"
      "{\"mode\": \"train\", \"iter\": 100, \"loss\": Infinity}\n");
  EXPECT_THAT(remarks(log), ElementsAre(HasSubstr("1: the line with environment"),
                                        HasSubstr("1: the loss is not finite, here and in 1")));
}

TEST_F(TrainingLogFile, ReadsAByteOrderMarkAndWindowsLines) {
  const TrainingLog log =
      read("\xEF\xBB\xBF{\"exp_name\": \"a.py\"}\r\n{\"mode\": \"train\", \"iter\": 50}\r\n");
  EXPECT_EQ(log.environment["exp_name"], "a.py");
  EXPECT_THAT(remarks(log), IsEmpty());
}

TEST_F(TrainingLogFile, ReadsTheOneLineOfATest) {
  const TrainingLog log = read("{\"aAcc\": 95.5, \"mIoU\": 76.8, \"time\": 0.2}\n");
  EXPECT_EQ(log.last_miou(), 76.8);
  EXPECT_EQ(log.validation.at(0).iteration, 0);
}

TEST_F(TrainingLogFile, SendsATextLogToTheJsonBesideIt) {
  const std::filesystem::path text = path().parent_path() / "run.log";
  write_file_atomic(text, "2021-07-12 10:15:00,123 - mmseg - INFO - Iter [50/600]\tlr: 1e-2\n");
  const auto refusal_of_text = [&] {
    try {
      read_training_log(text);
      return std::string();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
      return error.detail();
    }
  };
  EXPECT_THAT(refusal_of_text(),
              HasSubstr("run.log.json, which belongs beside it and is not there"));
  write_file_atomic(path(), "{}");
  EXPECT_THAT(refusal_of_text(), HasSubstr("run.log.json, which lies beside it"));
  EXPECT_THAT(refusal("2021-07-12 10:15:00,123 - mmseg - INFO - Iter [50/600]\n"),
              testing::AllOf(HasSubstr("bears the name"), testing::Not(HasSubstr("run.log.json"))));
}

/// Other programs write text without a date in front.
TEST_F(TrainingLogFile, CallsTextText) {
  EXPECT_THAT(refusal("step: 50/ 600 loss:0.36 lr: 0.03\nEpoch 2/2\n"),
              testing::AllOf(HasSubstr("got text: step: 50/ 600"), HasSubstr("one JSON object")));
  EXPECT_EQ(read("warnings first\n{\"mode\": \"val\", \"iter\": 5, \"mIoU\": 50.5}\n").last_miou(),
            50.5);
}

TEST_F(TrainingLogFile, ValidationsOfStepZeroStandWhereTheyWereWritten) {
  const TrainingLog log = read(
      "{\"mIoU\": 2.5, \"step\": 0}\n"
      "{\"loss\": 1.5, \"iter\": 50, \"step\": 50}\n{\"loss\": 1.5, \"iter\": 100, \"step\": 100}\n"
      "{\"mIoU\": 30.5, \"step\": 0}\n{\"loss\": 1.5, \"iter\": 150, \"step\": 150}\n"
      "{\"mIoU\": 40.5, \"step\": 0}\n");
  EXPECT_THAT(iterations(log.validation), ElementsAre(0, 100, 150));
  EXPECT_THAT(remarks(log),
              ElementsAre(HasSubstr("4: a validation after training has the step 0")));
}

TEST_F(TrainingLogFile, AMeanIouOfUnknownScaleIsNoNumber) {
  const TrainingLog log =
      read("{\"exp_name\": \"a.py\"}\n{\"mode\": \"val\", \"iter\": 50, \"mIoU\": 0.4}\n");
  EXPECT_EQ(log.scale, LogScale::kUnknown);
  EXPECT_TRUE(std::isnan(log.last_miou()));
  EXPECT_THAT(remarks(log), ElementsAre(HasSubstr("2: nothing in this log tells")));
}

TEST_F(TrainingLogFile, SaysThatJsonIsIndented) {
  for (const char* text :
       {"{\n  \"mode\": \"val\",\n  \"mIoU\": 50.5\n}\n", "[\n {\"mode\": 1}\n]"}) {
    EXPECT_THAT(refusal(text), HasSubstr("JSON that is indented over several lines")) << text;
  }
  EXPECT_THAT(refusal("[1, 2]\n"), testing::Not(HasSubstr("indented")));
  // A first line that was cut off is none.
  EXPECT_EQ(read("{\n{\"mode\": \"val\", \"iter\": 5, \"mIoU\": 50.5}\n").last_miou(), 50.5);
}

TEST_F(TrainingLogFile, OtherMeansAreNamedAndNotTaken) {
  const TrainingLog log = read(
      "{\"exp_name\": \"a.py\"}\n"
      "{\"mode\": \"val\", \"iter\": 50, \"aAcc\": 0.5, \"mIoU_ema\": 0.5}\n"
      "{\"mode\": \"val\", \"iter\": 60, \"aAcc\": 0.5, \"mIoU_ema\": 0.5}\n");
  EXPECT_TRUE(std::isnan(log.last_miou()));
  EXPECT_THAT(remarks(log), ElementsAre(HasSubstr("2: mIoU_ema: not the mIoU")));
  const TrainingLog both = read(
      "{\"exp_name\": \"a.py\"}\n"
      "{\"mode\": \"val\", \"iter\": 50, \"mIoU\": 50.5, \"mIoU_ema\": 51.5}\n");
  EXPECT_EQ(both.last_miou(), 50.5);
}

TEST_F(TrainingLogFile, IsReadOrRefusedWhereverItIsCut) {
  const std::string log =
      "{\"seed\": 0, \"config\": \"a = dict(b=(1, 'x'))\\n\"}\n"
      "{\"mode\": \"train\", \"iter\": 50, \"loss\": NaN}\r\n"
      "{\"mode\": \"val\", \"iter\": 8, \"mIoU\": 0.5012}\n";
  int read = 0;
  for (std::size_t size = 0; size <= log.size(); ++size) {
    const std::vector<char> exact(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(size));
    try {
      parse_training_log({exact.data(), exact.size()}, "x.log.json");
      ++read;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile) << size;
      EXPECT_THAT(error.detail(), testing::HasSubstr("expected")) << size;
    }
  }
  // From the end of the training line on, whether the next line is cut or not.
  const std::size_t trained = log.find("NaN}") + 4;
  EXPECT_EQ(read, static_cast<int>(log.size() - trained) + 1);
}

TEST_F(TrainingLogFile, RefusesLinesThatMeanHarm) {
  const std::string train = "{\"mode\": \"train\", \"iter\": ";
  const std::string lines[] = {
      train + "1e999}",
      train + "-1}",
      train + "0}",
      train + "9223372036854775808}",
      train + "1.5}",
      train + "\"1\"}",
      train + "1, \"iter\": 2}",
      train + "null}",
      train + "1, \"x\": " + std::string(200, '[') + std::string(200, ']') + "}",
      std::string(100000, '['),
      "\xff\xfe{\0",
      "[1, 2]",
      "\"train\"",
      train + "1, \"x\": \"\xff\"}",
      train + "1} {}",
  };
  for (const std::string& line : lines) {
    EXPECT_THAT(refusal(line), testing::HasSubstr("line 1: ")) << line.substr(0, 60);
  }
}

TEST_F(TrainingLogFile, AnswersALineOfTenMegabytesWithAShortError) {
  const std::string value(10'000'000, 'x');
  for (const std::string& line :
       {value, "{\"mode\": \"" + value + "\"}", "{\"" + value + "\": 1}"}) {
    try {
      parse_training_log(line, "x.log.json");
      FAIL() << line.substr(0, 40);
    } catch (const Error& error) {
      EXPECT_LT(error.detail().size(), 5000U) << line.substr(0, 40);
      EXPECT_THAT(error.detail(), testing::HasSubstr("expected")) << line.substr(0, 40);
    }
  }
  const TrainingLog log = parse_training_log(
      "{\"mode\": \"val\", \"iter\": 1, \"mIoU\": \"" + value + "\"}", "x.log.json");
  ASSERT_FALSE(log.remarks.empty());
  for (const auto& remark : log.remarks) EXPECT_LT(remark.text.size(), 5000U);
}

TEST_F(TrainingLogFile, RefusesALogWithoutOneEntry) {
  EXPECT_THAT(refusal(""), testing::HasSubstr("got none"));
  EXPECT_THAT(refusal("{\"exp_name\": \"a.py\"}"), testing::HasSubstr("got none"));
}

TEST(TrainingLog, SaysWhenTheFileIsMissing) {
  try {
    read_training_log("fixtures/no_such.log.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
  }
}

}  // namespace
}  // namespace harness
