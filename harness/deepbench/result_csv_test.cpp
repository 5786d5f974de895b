#include "harness/deepbench/result_csv.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    result_sheet_from_csv(text, "x.csv");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

const std::string kGemm = "m,n,k,a_t,b_t,precision,time (usec)\n";

TEST(ResultCsv, ReadsWhatTheGemmProgramPrints) {
  const ResultSheet sheet = result_sheet_from_csv(
      kGemm + " 1760 , 16, 1760, 0, 1, half, 20\r\n\n35,700,2048,n,t,float,Not Supported\n",
      "x.csv");
  ASSERT_EQ(sheet.tables.size(), 2U);
  const SheetRow& row = sheet.tables[0].rows.front();
  EXPECT_EQ(sheet.tables[0].arithmetic.input, "fp16");
  EXPECT_EQ(row.row, 2);
  EXPECT_EQ(std::get<GemmProblem>(row.work), (GemmProblem{1760, 16, 1760, false, true}));
  EXPECT_EQ(row.number("time_ms"), 0.02);
  EXPECT_EQ(sheet.tables[1].arithmetic.multiply, "fp32");
  EXPECT_FALSE(sheet.tables[1].rows.front().number("time_ms"));
}

TEST(ResultCsv, ReadsTheOtherPrograms) {
  const ResultSheet convolution = result_sheet_from_csv(
      "w,h,c,n,k,f_w,f_h,pad_w,pad_h,stride_w,stride_h,precision,fwd_time (usec),"
      "bwd_inputs_time (usec),bwd_params_time (usec),total_time (usec),fwd_algo\n"
      "700,161,1,4,32,20,5,0,1,2,3,float,131,508,273,912,GEMM\n",
      "x.csv");
  const SheetRow& row = convolution.tables.front().rows.front();
  const auto& work = std::get<ConvolutionProblem>(row.work);
  EXPECT_EQ(work.s, 20);
  EXPECT_EQ(work.pad, (std::array<std::int64_t, 2>{1, 0}));
  EXPECT_EQ(work.stride, (std::array<std::int64_t, 2>{3, 2}));
  EXPECT_EQ(row.number("bwd_filter_ms"), 0.273);
  EXPECT_EQ(row.texts.at("fwd_algo"), "GEMM");
  const ResultSheet recurrent = result_sheet_from_csv(
      "type,hidden,N,timesteps,precision,fwd_time (usec)\nLSTM,512,16,25,float,1000\n", "x.csv");
  EXPECT_EQ(std::get<RecurrentProblem>(recurrent.tables[0].rows[0].work).type, CellType::kLstm);
  const ResultSheet sparse = result_sheet_from_csv(
      "m,n,k,a_t,b_t,sparsity,sparse time (usec),dense time (usec),speedup\n"
      "10752,1,3584,0,0,0.9,96,384,4\n",
      "x.csv");
  EXPECT_EQ(std::get<SparseGemmProblem>(sparse.tables[0].rows[0].work).sparsity, 0.9);
  const ResultSheet reduce = result_sheet_from_csv(
      "# of floats,bytes transferred,ranks,Time (msec)\n100000,400000,2,0.05\n", "x.csv");
  EXPECT_EQ(reduce.tables[0].rows[0].number("time_ms"), 0.05);
}

TEST(ResultCsv, SaysWhichLineIsBroken) {
  EXPECT_THAT(error_of(""), HasSubstr("expected a header and a row"));
  EXPECT_THAT(error_of(kGemm), HasSubstr("expected a header and a row"));
  EXPECT_THAT(error_of("a,b\n1,2\n"), HasSubstr("line 1: expected the columns"));
  EXPECT_THAT(error_of("m,n,k,a_t,b_t,precision\n"), HasSubstr("line 1: expected the columns"));
  EXPECT_THAT(error_of("m," + kGemm), HasSubstr("one twice"));
  EXPECT_THAT(error_of(kGemm + "1,2,3,0,0,half\n"), HasSubstr("line 2: expected 7 cells, got 6"));
  EXPECT_THAT(error_of(kGemm + "1,2,3,0,0,half,2x\n"), HasSubstr("line 2: time (usec)"));
  EXPECT_THAT(error_of(kGemm + "1,2,3,0,0,half,nan\n"), HasSubstr("line 2: time (usec)"));
  EXPECT_THAT(error_of(kGemm + "1,2,3,0,0,half,-1\n"), HasSubstr("line 2: time (usec)"));
  EXPECT_THAT(error_of(kGemm + "1,2,x,0,0,half,1\n"), HasSubstr("line 2: k: expected a whole"));
  EXPECT_THAT(error_of(kGemm + "1,2,3,2,0,half,1\n"), HasSubstr("line 2: a_t"));
  EXPECT_THAT(error_of(kGemm + "0,2,3,0,0,half,1\n"), HasSubstr("line 2.m"));
  EXPECT_THAT(error_of(kGemm + "1,2,3,0,0,fp8,1\n"), HasSubstr("line 2: precision"));
}

}  // namespace
}  // namespace harness
