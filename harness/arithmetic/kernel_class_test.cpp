#include "harness/arithmetic/kernel_class.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace harness {
namespace {

/// Names of cuDNN 7 to 9, cuBLAS 10 to 13 and LibTorch.
const std::vector<std::pair<std::string_view, KernelClass>> kNames = {
    {"sm90_xmma_fprop_implicit_gemm_f16f16_f16f32_f32_nhwckrsc_nhwc_tilesize128x128x64_"
     "warpgroupsize1x1x1_g1_execute_segment_k_off_kernel__5x_cudnn",
     KernelClass::kHalfTensorCore},
    {"sm80_xmma_fprop_implicit_gemm_indexed_wo_smem_f16f16_f16f32_f32_nhwckrsc_nhwc_"
     "tilesize128x128x16_stage1_warpsize2x2x1_g1_tensor16x8x16_kernel_cudnn",
     KernelClass::kHalfTensorCore},
    {"void cutlass__5x_cudnn::Kernel<cutlass_tensorop_f16_s16816fprop_optimized_f16_256x128_32x3_"
     "nhwc_align8>(cutlass_tensorop_f16_s16816fprop_optimized_f16_256x128_32x3_nhwc_align8::"
     "Params)",
     KernelClass::kHalfTensorCore},
    {"_ZN17cutlass__5x_cudnn6KernelI62cutlass_tensorop_h16816fprop_optimized_256x64_32x3_nhwc_"
     "align8EEvNT_6ParamsE",
     KernelClass::kHalfTensorCore},
    {"ampere_fp16_s16816cudnn_fp16_128x128_ldg8_relu_f2f_exp_stages_64x5_medium_nhwc_tn_v1",
     KernelClass::kHalfTensorCore},
    {"volta_s884cudnn_fp16_256x128_ldg8_relu_exp_small_nhwc2nchw_tn_v1",
     KernelClass::kHalfTensorCore},
    {"volta_h884gemm_256x64_ldg8_tn", KernelClass::kHalfTensorCore},
    {"turing_fp16_s1688gemm_fp16_128x128_ldg8_f2f_tn", KernelClass::kHalfTensorCore},
    {"nvjet_hsh_128x256_64x4_1x2_h_bz_coopA_NNT", KernelClass::kHalfTensorCore},
    {"nvjet_sm90_hsh_128x256_64x4_2x1_v_bz_coopA_NNT", KernelClass::kHalfTensorCore},
    // "ssched" is how it schedules, no type.
    {"nvjet_sm90_hsh_256x128_64x4_1x2_h_ssched_bz_coopA_NNT", KernelClass::kHalfTensorCore},
    {"nvjet_sm100_qsh_128x256_64x4_2x1_v_bz_coopA_NNT", KernelClass::kUnknown},
    {"nvjet_sm90_", KernelClass::kUnknown},
    {"nvjet_sm90", KernelClass::kUnknown},
    {"sm80_xmma_fprop_implicit_gemm_bf16bf16_bf16f32_f32_nhwckrsc_nhwc_tilesize128x128x32_stage4_"
     "warpsize2x2x1_g1_tensor16x8x16_execute_kernel__5x_cudnn",
     KernelClass::kBfloatTensorCore},
    {"nvjet_sm90_tst_128x256_64x4_2x1_v_bz_coopA_NNT", KernelClass::kBfloatTensorCore},
    {"sm86_xmma_fprop_implicit_gemm_tf32f32_tf32f32_f32_nhwckrsc_nhwc_tilesize128x128x16_stage4_"
     "warpsize2x2x1_g1_tensor16x8x8_kernel_cudnn",
     KernelClass::kTf32},
    {"sm80_xmma_gemm_f32f32_tf32f32_f32_tn_n_tilesize128x128x16_stage4_warpsize2x2x1_tensor16x8x8_"
     "kernel",
     KernelClass::kTf32},
    {"cutlass_tensorop_s1688fprop_optimized_tf32_128x128_16x4_nhwc_align4", KernelClass::kTf32},
    {"void cutlass::Kernel2<cutlass_80_tensorop_s1688gemm_128x128_32x3_nn_align4>(Params)",
     KernelClass::kTf32},
    {"cutlass_75_tensorop_s1688gemm_f16_256x128_32x2_nn_align8", KernelClass::kHalfTensorCore},
    {"cutlass_80_tensorop_s1688gemm_bf16_128x128_32x3_nn_align8", KernelClass::kBfloatTensorCore},
    // Half operands on CUDA cores.
    {"sm80_xmma_fprop_implicit_gemm_f16f16_f16f32_f32_nchwkcrs_nchw_tilesize128x32x8_stage3_"
     "warpsize2x2x1_g1_ffma_aligna4_alignc4_execute_kernel__5x_cudnn",
     KernelClass::kFp32},
    {"sm80_xmma_fprop_implicit_gemm_bf16bf16_bf16f32_f32_nchwkcrs_nchw_g1_ffma_kernel",
     KernelClass::kFp32},
    {"nvjet_sm90_sss_128x128_32x4_2x1_v_bz_TNT", KernelClass::kTf32},
    {"sm80_xmma_fprop_implicit_gemm_f32f32_f32f32_f32_nchwkcrs_nchw_tilesize128x128x8_stage3_"
     "warpsize2x2x1_g1_ffma_aligna4_alignc4_execute_kernel__5x_cudnn",
     KernelClass::kFp32},
    {"void implicit_convolve_sgemm<float, float, 1024, 5, 5, 3, 3, 3, 1, false, false, true>(int)",
     KernelClass::kFp32},
    {"void cutlass::Kernel2<cutlass_80_simt_sgemm_256x128_8x4_nn_align1>(Params)",
     KernelClass::kFp32},
    {"volta_scudnn_128x64_relu_medium_nn_v1", KernelClass::kFp32},
    {"ampere_scudnn_winograd_128x128_ldg1_ldg4_relu_tile148t_nt_v1", KernelClass::kFp32},
    {"void cudnn::winograd_nonfused::winogradForwardOutput4x4<float, float>(Params)",
     KernelClass::kFp32},
    {"cutlass_80_tensorop_d884gemm_64x64_16x4_nn_align1", KernelClass::kUnknown},
    {"sm80_xmma_gemm_f64f64_f64f64_f64_nn_n_tilesize64x64x16_kernel", KernelClass::kFp64},
    {"sm90_xmma_depthwise_convolution_fprop_tiling_f16f16_f32f32_f32_nhwckrsc_nhwc_tilesize8x8_"
     "kernel",
     KernelClass::kDepthwise},
    {"void at::native::(anonymous namespace)::conv_depthwise2d_forward_kernel<3, c10::Half, int>("
     "at::GenericPackedTensorAccessor<c10::Half const, 4ul>)",
     KernelClass::kDepthwise},
    {"void cudnn::cnn::conv2d_grouped_direct_kernel<false, true, false, false, 0, 0, int, __half>",
     KernelClass::kDepthwise},
    {"void at::native::vectorized_elementwise_kernel<8, at::native::CUDAFunctor_add<c10::Half>, "
     "std::array<char*, 3ul> >(int, float, float)",
     KernelClass::kElementwise},
    {"void at::native::(anonymous namespace)::upsample_bilinear2d_out_frame<c10::Half, float>",
     KernelClass::kElementwise},
    {"void cudnn::bn_fw_inf_1C11_kernel_NCHW<__half, float, true, 1>(float, float)",
     KernelClass::kElementwise},
    {"void cudnn::pooling_fw_4d_kernel<float, float, cudnn::maxpooling_func<float>, 1>",
     KernelClass::kElementwise},
    {"void cudnn::engines_precompiled::nchwToNhwcKernel<__half, __half, float, false, true, 0>",
     KernelClass::kLayout},
    {"void cudnn::ops::nhwcToNchwKernel<__half, __half, float, true, false, 0>",
     KernelClass::kLayout},
    {"void cublasLt::splitKreduce_kernel<32, 16, int, float, __half, float, __half>",
     KernelClass::kHelper},
    {"Memcpy HtoD (Pageable -> Device)", KernelClass::kCopy},
    {"Memset (Device)", KernelClass::kCopy},
    {"some_kernel_of_tomorrow", KernelClass::kUnknown},
    {"", KernelClass::kUnknown},
};

TEST(KernelClass, IsReadOffTheNamesThatLibrariesGive) {
  for (const auto& [name, expected] : kNames) {
    EXPECT_EQ(to_string(kernel_class(name)), to_string(expected)) << name;
  }
}

TEST(KernelClass, WhatConvolvesForAConvolutionIsNoHelper) {
  const std::string_view convolution = "aten::cudnn_convolution";
  const std::string_view slow = "void at::native::slow_conv2d_forward_kernel<c10::Half>";
  EXPECT_EQ(kernel_class(slow), KernelClass::kElementwise);
  EXPECT_EQ(kernel_class(slow, convolution), KernelClass::kUnknown);
  EXPECT_EQ(kernel_class(slow, "aten::_slow_conv2d_forward"), KernelClass::kUnknown);
  EXPECT_EQ(kernel_class(slow, "aten::add"), KernelClass::kElementwise);
  EXPECT_EQ(kernel_class("at::native::sgemm_of_tomorrow", convolution), KernelClass::kUnknown);
  EXPECT_EQ(kernel_class("grouped_depthwise_gemm", convolution), KernelClass::kUnknown);
  EXPECT_EQ(kernel_class("splitKreduce_of_convolution", convolution), KernelClass::kUnknown);
}

TEST(KernelClass, WhatIsBesideAConvolutionStaysSo) {
  const std::string_view convolution = "aten::cudnn_convolution";
  EXPECT_EQ(kernel_class("void at::native::vectorized_elementwise_kernel<8>", convolution),
            KernelClass::kElementwise);
  EXPECT_EQ(kernel_class("sm90_xmma_depthwise_convolution_fprop_tiling_f16f16", convolution),
            KernelClass::kDepthwise);
  EXPECT_EQ(kernel_class("void at::native::conv_depthwise2d_forward_kernel<3, c10::Half>",
                         "aten::_conv_depthwise2d"),
            KernelClass::kDepthwise);
  EXPECT_EQ(kernel_class("void cublasLt::splitKreduce_kernel<32, 16>", convolution),
            KernelClass::kHelper);
}

TEST(KernelClass, WhatIsUnknownMayBeAConvolution) {
  EXPECT_TRUE(multiplies(KernelClass::kUnknown));
  EXPECT_TRUE(multiplies(KernelClass::kFp32));
  EXPECT_FALSE(multiplies(KernelClass::kDepthwise));
  EXPECT_FALSE(multiplies(KernelClass::kElementwise));
}

}  // namespace
}  // namespace harness
