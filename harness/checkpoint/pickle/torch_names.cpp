#include "harness/checkpoint/pickle/torch_names.h"

namespace harness {
namespace {

// Lists of names, as tight as they fit.
// clang-format off
constexpr std::string_view kLayers =
    R"(AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss
AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d AvgPool3d
BCELoss BCEWithLogitsLoss BackwardHookFunction BatchNorm1d BatchNorm2d BatchNorm3d Bilinear
Buffer CELU CTCLoss ChannelShuffle CircularPad1d CircularPad2d CircularPad3d ConstantPad1d
ConstantPad2d ConstantPad3d Container Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d
ConvTranspose3d CosineEmbeddingLoss CosineSimilarity CrossEntropyLoss CrossMapLRN2d Dropout
Dropout1d Dropout2d Dropout3d ELU Embedding EmbeddingBag FeatureAlphaDropout Flatten Fold
FractionalMaxPool2d FractionalMaxPool3d GELU GLU GRU GRUCell GaussianNLLLoss GroupNorm
Hardshrink Hardsigmoid Hardswish Hardtanh HingeEmbeddingLoss HuberLoss Identity InstanceNorm1d
InstanceNorm2d InstanceNorm3d KLDivLoss L1Loss LPPool1d LPPool2d LPPool3d LSTM LSTMCell
LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d LazyConv2d LazyConv3d
LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d
LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear LazyModuleMixin LeakyReLU Linear
LocalResponseNorm LogSigmoid LogSoftmax MSELoss MarginRankingLoss MaxPool1d MaxPool2d MaxPool3d
MaxUnpool1d MaxUnpool2d MaxUnpool3d Mish Module ModuleDict ModuleList MultiLabelMarginLoss
MultiLabelSoftMarginLoss MultiMarginLoss MultiheadAttention NLLLoss NLLLoss2d
NonDynamicallyQuantizableLinear PReLU PairwiseDistance Parameter ParameterDict ParameterList
PixelShuffle PixelUnshuffle PoissonNLLLoss RMSNorm RNN RNNBase RNNCell RNNCellBase RReLU ReLU
ReLU6 ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d
ReplicationPad3d SELU Sequential SiLU Sigmoid SmoothL1Loss SoftMarginLoss Softmax Softmax2d
Softmin Softplus Softshrink Softsign SyncBatchNorm Tanh Tanhshrink Threshold Transformer
TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer
TripletMarginLoss TripletMarginWithDistanceLoss Unflatten Unfold UninitializedBuffer
UninitializedParameter UninitializedTensorMixin Upsample UpsamplingBilinear2d
UpsamplingNearest2d ZeroPad1d ZeroPad2d ZeroPad3d _ASMoutput _AdaptiveAvgPoolNd
_AdaptiveMaxPoolNd _AvgPoolNd _BatchNorm _CircularPadNd _ConstantPadNd _ConvNd
_ConvTransposeMixin _ConvTransposeNd _DropoutNd _IncompatibleKeys _InstanceNorm _LPPoolNd
_LazyConvXdMixin _LazyNormBase _LazyProtocol _Loss _MaxPoolNd _MaxUnpoolNd _NormBase
_ReflectionPadNd _ReplicationPadNd _WeightedLoss)";

constexpr std::string_view kParallelAndUtilities =
    R"(AuxOutput AuxRequest BasePruningMethod BlockMask Broadcast CausalBias CausalVariant
ConvPerSampleGrad CustomFromMask DataParallel DescaleType DistributedDataParallel
DistributedDataParallelCPU EmbeddingPerSampleGrad ExpandedWeight FlashAttentionHandle
FlexKernelOptions Gather GroupNormPerSampleGrad Identity InstanceNormPerSampleGrad
L1Unstructured LayerNormPerSampleGrad LinearPerSampleGrad LnStructured NamedMemberAccessor
PackedSequence PackedSequence_ PagedAttention ParametrizationList PruningContainer
RandomStructured RandomUnstructured ReduceAddCoalesced Scatter SpectralNorm
SpectralNormLoadStateDictPreHook SpectralNormStateDictHook WeightNorm _BufferCommHook
_BufferCommHookLocation _DDPJoinHook _DDPSink _FA3Handle _FA4Handle _MaskModWrapper
_MixedPrecision _ModificationType _OrthMaps _Orthogonal _SpectralNorm _WeightNorm _WrappedHook)";

constexpr std::string_view kOptimizers =
    R"(ASGD Adadelta Adafactor Adagrad Adam AdamW Adamax AveragedModel ChainedScheduler ConstantLR
CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR ExponentialLR LBFGS LRScheduler LambdaLR
LinearLR MultiStepLR MultiplicativeLR Muon NAdam OneCycleLR Optimizer PolynomialLR RAdam RMSprop
ReduceLROnPlateau Rprop SGD SWALR SequentialLR SparseAdam StepLR _LRScheduler _RequiredParameter
_SchedulePhase _enable_get_lr_call _initial_mode)";

constexpr std::string_view kTorchvisionModels =
    R"(ASPP ASPPConv ASPPPooling AlexNet AlexNet_Weights AnchorGenerator AnyStage BackboneWithFPN
BalancedPositiveNegativeSampler BasicBlock BasicConv2d BasicStem BlockParams Bottleneck
BottleneckBlock BottleneckTransform BoxCoder BoxLinearCoder CNBlock CNBlockConfig Conv2Plus1D
Conv3DNoTemporal Conv3DSimple ConvGRU ConvNeXt ConvNeXt_Base_Weights ConvNeXt_Large_Weights
ConvNeXt_Small_Weights ConvNeXt_Tiny_Weights ConvStemConfig CorrBlock DeepLabHead DeepLabV3
DeepLabV3_MobileNet_V3_Large_Weights DeepLabV3_ResNet101_Weights DeepLabV3_ResNet50_Weights
DefaultBoxGenerator DenseNet DenseNet121_Weights DenseNet161_Weights DenseNet169_Weights
DenseNet201_Weights DualGraphModule EfficientNet EfficientNet_B0_Weights EfficientNet_B1_Weights
EfficientNet_B2_Weights EfficientNet_B3_Weights EfficientNet_B4_Weights EfficientNet_B5_Weights
EfficientNet_B6_Weights EfficientNet_B7_Weights EfficientNet_V2_L_Weights
EfficientNet_V2_M_Weights EfficientNet_V2_S_Weights Encoder EncoderBlock FCN FCNHead
FCN_ResNet101_Weights FCN_ResNet50_Weights FCOS FCOSClassificationHead FCOSHead
FCOSRegressionHead FCOS_ResNet50_FPN_Weights FastRCNNConvFCHead FastRCNNPredictor FasterRCNN
FasterRCNN_MobileNet_V3_Large_320_FPN_Weights FasterRCNN_MobileNet_V3_Large_FPN_Weights
FasterRCNN_ResNet50_FPN_V2_Weights FasterRCNN_ResNet50_FPN_Weights FeatureEncoder Fire FlowHead
FusedMBConv FusedMBConvConfig GeneralizedRCNN GeneralizedRCNNTransform GoogLeNet
GoogLeNet_QuantizedWeights GoogLeNet_Weights ImageList Inception Inception3 InceptionA
InceptionAux InceptionB InceptionC InceptionD InceptionE Inception_V3_QuantizedWeights
Inception_V3_Weights IntermediateLayerGetter InvertedResidual InvertedResidualConfig
KeypointRCNN KeypointRCNNHeads KeypointRCNNPredictor KeypointRCNN_ResNet50_FPN_Weights LRASPP
LRASPPHead LRASPP_MobileNet_V3_Large_Weights LayerNorm2d LeafModuleAwareTracer MBConv
MBConvConfig MC3_18_Weights MLPBlock MNASNet MNASNet0_5_Weights MNASNet0_75_Weights
MNASNet1_0_Weights MNASNet1_3_Weights MSBlockConfig MViT MViT_V1_B_Weights MViT_V2_S_Weights
MaskPredictor MaskRCNN MaskRCNNHeads MaskRCNNPredictor MaskRCNN_ResNet50_FPN_V2_Weights
MaskRCNN_ResNet50_FPN_Weights Matcher MaxVit MaxVitBlock MaxVitLayer MaxVit_T_Weights
MobileNetV2 MobileNetV3 MobileNet_V2_QuantizedWeights MobileNet_V2_Weights
MobileNet_V3_Large_QuantizedWeights MobileNet_V3_Large_Weights MobileNet_V3_Small_Weights
MotionEncoder MultiscaleAttention MultiscaleBlock NodePathTracer PartitionAttentionLayer
PatchEmbed3d PatchMerging PatchMergingV2 Pool PositionalEncoding QuantizableBasicBlock
QuantizableBasicConv2d QuantizableBottleneck QuantizableGoogLeNet QuantizableInception
QuantizableInception3 QuantizableInceptionA QuantizableInceptionAux QuantizableInceptionB
QuantizableInceptionC QuantizableInceptionD QuantizableInceptionE QuantizableInvertedResidual
QuantizableMobileNetV2 QuantizableMobileNetV3 QuantizableResNet QuantizableShuffleNetV2
QuantizableSqueezeExcitation R2Plus1D_18_Weights R2Plus1dStem R3D_18_Weights RAFT RPNHead
Raft_Large_Weights Raft_Small_Weights RecurrentBlock RegNet RegNet_X_16GF_Weights
RegNet_X_1_6GF_Weights RegNet_X_32GF_Weights RegNet_X_3_2GF_Weights RegNet_X_400MF_Weights
RegNet_X_800MF_Weights RegNet_X_8GF_Weights RegNet_Y_128GF_Weights RegNet_Y_16GF_Weights
RegNet_Y_1_6GF_Weights RegNet_Y_32GF_Weights RegNet_Y_3_2GF_Weights RegNet_Y_400MF_Weights
RegNet_Y_800MF_Weights RegNet_Y_8GF_Weights RegionProposalNetwork
RelativePositionalMultiHeadAttention ResBottleneckBlock ResNeXt101_32X8D_QuantizedWeights
ResNeXt101_32X8D_Weights ResNeXt101_64X4D_QuantizedWeights ResNeXt101_64X4D_Weights
ResNeXt50_32X4D_Weights ResNet ResNet101_Weights ResNet152_Weights ResNet18_QuantizedWeights
ResNet18_Weights ResNet34_Weights ResNet50_QuantizedWeights ResNet50_Weights ResidualBlock
RetinaNet RetinaNetClassificationHead RetinaNetHead RetinaNetRegressionHead
RetinaNet_ResNet50_FPN_V2_Weights RetinaNet_ResNet50_FPN_Weights RoIHeads S3D S3D_Weights SSD
SSD300_VGG16_Weights SSDClassificationHead SSDFeatureExtractorVGG SSDHead
SSDLite320_MobileNet_V3_Large_Weights SSDLiteClassificationHead SSDLiteFeatureExtractorMobileNet
SSDLiteHead SSDLiteRegressionHead SSDMatcher SSDRegressionHead SSDScoringHead
SepInceptionBlock3D ShiftedWindowAttention ShiftedWindowAttention3d ShiftedWindowAttentionV2
ShuffleNetV2 ShuffleNet_V2_X0_5_QuantizedWeights ShuffleNet_V2_X0_5_Weights
ShuffleNet_V2_X1_0_QuantizedWeights ShuffleNet_V2_X1_0_Weights
ShuffleNet_V2_X1_5_QuantizedWeights ShuffleNet_V2_X1_5_Weights
ShuffleNet_V2_X2_0_QuantizedWeights ShuffleNet_V2_X2_0_Weights SimpleStemIN SqueezeNet
SqueezeNet1_0_Weights SqueezeNet1_1_Weights SwapAxes Swin3D_B_Weights Swin3D_S_Weights
Swin3D_T_Weights SwinTransformer SwinTransformer3d SwinTransformerBlock SwinTransformerBlockV2
Swin_B_Weights Swin_S_Weights Swin_T_Weights Swin_V2_B_Weights Swin_V2_S_Weights
Swin_V2_T_Weights TemporalSeparableConv TwoMLPHead UpdateBlock VGG VGG11_BN_Weights
VGG11_Weights VGG13_BN_Weights VGG13_Weights VGG16_BN_Weights VGG16_Weights VGG19_BN_Weights
VGG19_Weights ViT_B_16_Weights ViT_B_32_Weights ViT_H_14_Weights ViT_L_16_Weights
ViT_L_32_Weights VideoResNet VisionTransformer Weights WeightsEnum Wide_ResNet101_2_Weights
Wide_ResNet50_2_Weights WindowDepartition WindowPartition _DenseBlock _DenseLayer
_InvertedResidual _MBConvConfig _ModelURLs _SimpleSegmentationModel _Transition)";

constexpr std::string_view kTorchvisionOps =
    R"(Conv2dNormActivation Conv3dNormActivation ConvNormActivation DeformConv2d DropBlock2d
DropBlock3d ExtraFPNBlock FeaturePyramidNetwork FrozenBatchNorm2d LastLevelMaxPool LastLevelP6P7
LevelMapper MLP MultiScaleRoIAlign PSRoIAlign PSRoIPool Permute RoIAlign RoIPool
SqueezeExcitation StochasticDepth)";

constexpr std::string_view kTimmLayers =
    R"(AdaptiveAvgMaxPool2d AdaptiveCatAvgMaxPool2d Attention Attention2d AttentionPool2d
AttentionPoolLatent AttentionPoolPrr AttentionRope AvgPool2dSame BatNonLocalAttn BatchNormAct2d
BilinearAttnTransform BlurPool2d BottleneckAttn CbamModule CecaModule ChannelAttn
ClNormMlpClassifierHead ClassifierHead CondConv2d Conv2dSame Conv2dSameExport ConvBnAct ConvMlp
ConvNormAct ConvNormActAa CoordAttn DepthToSpace DiffAttention DropBlock2d DropPath EcaModule
EffectiveSEModule EfficientLocalAttn EvoNorm2dB0 EvoNorm2dB1 EvoNorm2dB2 EvoNorm2dS0
EvoNorm2dS0a EvoNorm2dS1 EvoNorm2dS1a EvoNorm2dS2 EvoNorm2dS2a EvoNormBatch2d EvoNormSample2d
FastAdaptiveAvgMaxPool FastAdaptiveAvgPool FastAdaptiveAvgPool2d FastAdaptiveCatAvgMaxPool
FastAdaptiveMaxPool FilterResponseNormAct2d FilterResponseNormTlu2d Format FourierEmbed
FrozenBatchNormAct2d GELU GELUTanh GatedMlp GatherExcite GlobalContext GlobalResponseNorm
GlobalResponseNormMlp GluMlp GroupFC GroupNorm GroupNorm1 GroupNorm1Act GroupNormAct HaloAttn
HardMish HardMishAutoFn HardMishJit HardMishJitAutoFn HardMishMe HardSigmoid HardSigmoidAutoFn
HardSigmoidJit HardSigmoidJitAutoFn HardSigmoidMe HardSwish HardSwishAutoFn HardSwishJit
HardSwishJitAutoFn HardSwishMe HybridEmbed HybridEmbedWithSize InplaceAbn Involution LambdaLayer
LayerNorm LayerNorm2d LayerNorm2dFp32 LayerNormAct LayerNormAct2d LayerNormAct2dFp32
LayerNormActFp32 LayerNormExp2d LayerNormFp32 LayerScale LayerScale2d LightCbamModule
LightChannelAttn LightSpatialAttn Linear LsePlus1d LsePlus2d MLDecoder MaxPool2dSame
MedianPool2d Mish MishAutoFn MishJit MishJitAutoFn MishMe MixedConv2d Mlp MultiQueryAttention2d
MultiQueryAttentionV2 NonLocalAttn NormMlpClassifierHead PReLU PatchDropout
PatchDropoutWithIndices PatchEmbed PatchEmbedInterpolator PatchEmbedResamplerFixedOrigSize
PatchEmbedWithSize PosEmbedRel QuickGELU RadixSoftmax RegularGridInterpolator RelPosBias
RelPosBiasTf RelPosMlp RmsNorm RmsNorm2d RmsNorm2dFp32 RmsNormAct RmsNormAct2d RmsNormAct2dFp32
RmsNormActFp32 RmsNormFp32 RotAttentionPool2d RotaryEmbedding RotaryEmbeddingCat
RotaryEmbeddingDinoV3 RotaryEmbeddingMRope RotaryEmbeddingMixed SEModule ScaledStdConv2d
ScaledStdConv2dSame SelectAdaptivePool2d SelectiveKernel SelectiveKernelAttn SeparableConv2d
SeparableConvBnAct SeparableConvNormAct Sigmoid SimPool1d SimPool2d SimpleCoordAttn SimpleNorm
SimpleNorm2d SimpleNorm2dFp32 SimpleNormFp32 SpaceToDepth SpaceToDepthJit SpaceToDepthModule
SpatialAttn SplitAttn SplitBatchNorm2d SqueezeExciteCl StdConv2d StdConv2dSame StripAttn SwiGLU
Swish SwishAutoFn SwishJit SwishJitAutoFn SwishMe SyncBatchNormAct Tanh TestTimePoolHead
TransformerDecoderLayerOptimal WindowAttention _RotaryEmbeddingBase set_exportable
set_layer_config set_no_jit set_scriptable)";

constexpr std::string_view kTimmModels =
    R"(ActConvBn Affine Attention2dDownsample AttentionBlock AttentionCl AttentionDownsample
AttentionSubsample BasicBlock BasicConv2d BasicLayer Beit Block Block17 Block35 Block8 BlockESE
BnAct BnActConv2d Bottle2neck Bottleneck BottleneckBlock BranchSeparables ByoBlockCfg
ByoModelCfg ByobNet CPUBone CPUBoneBlock CSATv2 Cait CascadedGroupAttention CatBnAct Cell
CellBase CellStem0 CellStem1 ChannelAttention ChannelAttentionV2 ChannelBlock ClassAttention
ClassAttentionBlock ClassAttn ClassBlock ClsHead CoaT ConViT ConVit CondConvResidual Conv2dNorm
ConvAttention ConvBN ConvBNAct ConvBlock ConvEmbedding ConvEncoder ConvHeadPooling ConvLayer
ConvLayer1d ConvLayer2d ConvMixer ConvMlpWithNorm ConvNeXt ConvNeXtBlock ConvNeXtStage ConvNorm
ConvPatchEmbed ConvPool ConvPosEnc ConvRelPosEnc ConvStem CrossAttention CrossAttentionBlock
CrossCovarianceAttn CrossStage CrossStage3 CrossViT CrossVit CspModelCfg CspNet CspNext
CspNextBlock CspNextLayer CspStagesCfg CspStemCfg DLA DPN DSConv DaVit DaVitStage DarkBlock
DarkStage Dct1d Dct2d Dct2dStats DeepseekVitAligner DeepseekVitBlock DeepseekVitClassifier
DeepseekVitEncoder DefaultCfg DenseBlock DenseLayer DenseNet DenseStage DenseTransition
DepthwiseSeparableConv DiffParallelScalingBlock DlaBasic DlaBottle2neck DlaBottleneck DlaRoot
DlaTree Downsample Downsample2D Downsample2d DownsampleAvg DownsampleConv DownsampleNormFirst
Downsampling DualPathBlock EdgeBlock EdgeNeXt EdgeNeXtStage EdgeResidual
EfficientAdditiveAttention EfficientAttention EfficientFormer EfficientFormerStage
EfficientFormerV2 EfficientFormerV2Block EfficientFormerV2Stage EfficientNet EfficientNetBuilder
EfficientNetFeatures EfficientViM EfficientViMBlock EfficientViMDistilled EfficientViMStage
EfficientVit EfficientVitBlock EfficientVitLarge EfficientVitLargeStage EfficientVitMsra
EfficientVitStage Embedding EseModule Eva EvaAttention EvaBlock EvaBlockPostNorm FFN
FactorAtt_ConvRelPosEnc FactorAttnConvRelPosEnc FactorizedReduction FastVit FastVitStage
FasterNet FeatureBlock FeatureDictNet FeatureGetterNet FeatureGraphNet FeatureHookNet
FeatureHooks FeatureInfo FeatureListNet FirstCell Flat FocalModulation FocalNet FocalNetBlock
FocalNetStage FusedMBConv GPSA GammaAct GatedConvBlock GeGluMlp Gemma4Attention Gemma4Block
Gemma4ClippableLinear Gemma4GatedMlp Gemma4PatchEmbed Gemma4RotaryEmbedding2D Gemma4VisionPooler
Gemma4VitClassifier Gemma4VitEncoder GhostBottleneck GhostBottleneckV3 GhostModule GhostModuleV2
GhostModuleV3 GhostNet GlobalContextVit GlobalContextVitBlock GlobalContextVitStage
GlobalSubSampleAttn GraphExtractNet GroupNorm1NoBias HSMSSD Hiera HieraBlock HieraDet
HieraPatchEmbed HighPerfGpuBlock HighPerfGpuNet HighPerfGpuStage HighResolutionModule
HighResolutionNet HighResolutionNetFeatures IFormer InceptionA InceptionAux InceptionB
InceptionC InceptionD InceptionDWConv2d InceptionE InceptionResnetV2 InceptionV3 InceptionV3Aux
InceptionV4 InvertedResidual LCNetV2 LPI LSTM2D LSTM2d LayerFn LayerNorm2dNoBias LayerNormNoBias
LayerScaleBlock LayerScaleBlockClassAttn LearnableAffineBlock LearnableDct2d Levit LevitBlock
LevitDistilled LevitDownsample LevitMlp LevitStage LightConvBNAct LinearBottleneck LinearLayer
LinearNorm LinearSelfAttention LinearTransformerBlock LiteMLA LocalGlobalQuery
LocalRepresentation LocalWindowAttention LocallyGroupedAttn LowFormer LowFormerBlock MBConv MHSA
MLPBlock MambaOut MambaOutStage MaskUnitAttention MaxxVit MaxxVitBlock MaxxVitCfg MaxxVitConvCfg
MaxxVitStage MaxxVitTransformerCfg MbConvBlock MbConvLNBlock MbConvStages MetaBlock1d
MetaBlock2d MetaFormer MetaFormerBlock MetaFormerStage MetaNeXt MetaNeXtBlock MetaNeXtStage
Mixed3a Mixed4a Mixed5a Mixed_5b Mixed_6a Mixed_7a MixerBlock MlpClassifierHead MlpHead MlpMixer
MlpWithDepthwiseConv MobileAttention MobileNetV3 MobileNetV3Features MobileNetV5
MobileNetV5Encoder MobileNetV5MultiScaleFusionAdapter MobileOneBlock MobileVitBlock
MobileVitV2Block MultiScaleAttention MultiScaleAttentionPoolFirst MultiScaleBlock MultiScaleVit
MultiScaleVitCfg MultiScaleVitStage NASNetALarge NaFlexEmbeds NaFlexRopeIterator NaFlexVit
NaFlexVitCfg Nest NestLevel NextConvBlock NextStage NextTransformerBlock NextViT NfCfg
NormFreeBlock NormFreeNet NormLinear NormMlp NormalCell OsaBlock OsaStage OutlookAttention
Outlooker OverlapPatchEmbed PNASNet5Large ParallelBlock ParallelMaxxVitBlock
ParallelPartitionAttention ParallelScalingBlock ParallelThingsBlock Partial_conv3
PartitionAttention2d PartitionAttentionCl PatchEmbedding PatchMerging PixelEmbed PoolFormer
PoolFormerBlock Pooling PoolingVisionTransformer PosConv PositionalEncodingFourier PreActBasic
PreActBottleneck PreBottleneck PreSeparableConv2d PreXceptionModule PretrainedCfg
PyramidVisionTransformerStage PyramidVisionTransformerV2 Qwen3VitClassifier Qwen3VitEncoder
Qwen3VitPatchMerger RDNet RNN2DBase RNN2dBase RNNIdentity ReXNetV1 ReductionA ReductionB
ReductionCell0 ReductionCell1 RegNet RegNetCfg RegStage RelPosAttention RelPosBlock
RelativePositionBias RepCPE RepConditionalPosEnc RepDepthwiseSeparable RepGhostBottleneck
RepGhostModule RepGhostNet RepMixer RepMixerBlock RepVggBlock RepVggDw RepViTBlock RepVit
RepVitClassifier RepVitDownsample RepVitMlp RepVitStage RepVitStem ReparamLargeKernelConv Reroll
ResBlock ResBottleneck ResNestBottleneck ResNet ResNetStage ResNetV2 ResPostBlock
ResPostRelPosBlock Residual ResidualBlock ResidualDrop RexNet SEBottleneck SENet
SEResNeXtBottleneck SEResNetBlock SEResNetBottleneck SHMA SHMABlock SHSA SHViT SPPBottleneck
Scale SelecSLS SelecSLSBlock SelecSls SelecSlsBlock SelectSeq SelectiveKernelBasic
SelectiveKernelBottleneck SelfAttnBlock SepConv Sequencer2D Sequencer2DBlock Sequencer2d
Sequencer2dBlock Sequencer2dStage SequentialAppendList SequentialList SequentialTuple
SerialBlock Shuffle SpatialAttention SpatialBlock SpatialGatingBlock SpatialGatingUnit
SpatialMlp SpatialTransformerBlock SplitTransposeBlock SquaredReLU SqueezeExcite Stage
StageBlock StarNet StarReLU Stem Stem16 Stem4 Stem8 StemV1 StemV2 StridedConv Subsample
SwiftFormer SwinTransformer SwinTransformerBlock SwinTransformerStage SwinTransformerV2
SwinTransformerV2Block SwinTransformerV2Cr SwinTransformerV2CrBlock SwinTransformerV2CrStage
SwinTransformerV2Stage TNT TResNet TalkingHeadAttn TinyVit TinyVitBlock TinyVitStage Transformer
TransformerBlock TransformerBlock2d TransformerLayer Twins UniversalInvertedResidual Unroll VGG
VOLO Visformer VisionTransformer VisionTransformerDistilled VisionTransformerRelPos
VisionTransformerSAM VitCfg VitConvCfg VovNet WindowAttentionGlobal WindowMultiHeadAttention XCA
XCABlock XCiT Xception Xception65 XceptionAligned XceptionModule Xcit)";

constexpr std::string_view kFunctional =
    R"(adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
adaptive_max_pool1d_with_indices adaptive_max_pool2d adaptive_max_pool2d_with_indices
adaptive_max_pool3d adaptive_max_pool3d_with_indices affine_grid alpha_dropout
assert_int_or_pair avg_pool1d avg_pool2d avg_pool3d batch_norm bilinear binary_cross_entropy
binary_cross_entropy_with_logits celu celu_ channel_shuffle conv1d conv2d conv3d conv_tbc
conv_transpose1d conv_transpose2d conv_transpose3d cosine_embedding_loss cosine_similarity
cross_entropy ctc_loss dropout dropout1d dropout2d dropout3d elu elu_ embedding embedding_bag
feature_alpha_dropout fold fractional_max_pool2d fractional_max_pool2d_with_indices
fractional_max_pool3d fractional_max_pool3d_with_indices gaussian_nll_loss gelu glu grid_sample
group_norm grouped_mm gumbel_softmax hardshrink hardsigmoid hardswish hardtanh hardtanh_
hinge_embedding_loss huber_loss instance_norm interpolate kl_div l1_loss layer_norm leaky_relu
leaky_relu_ linear local_response_norm log_softmax logsigmoid lp_pool1d lp_pool2d lp_pool3d
margin_ranking_loss max_pool1d max_pool1d_with_indices max_pool2d max_pool2d_with_indices
max_pool3d max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d mish mse_loss
multi_head_attention_forward multi_margin_loss multilabel_margin_loss
multilabel_soft_margin_loss native_channel_shuffle nll_loss normalize one_hot pad
pairwise_distance pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu relu relu6 relu_
rms_norm rrelu rrelu_ scaled_dot_product_attention scaled_grouped_mm scaled_mm selu selu_
sigmoid silu smooth_l1_loss soft_margin_loss softmax softmin softplus softshrink softsign tanh
tanhshrink threshold threshold_ triplet_margin_loss triplet_margin_with_distance_loss unfold
upsample upsample_bilinear upsample_nearest)";

constexpr std::string_view kNative =
    R"(_conv_depthwise2d _pad_circular _upsample_bicubic2d_aa _upsample_bilinear2d_aa
_upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d
adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d adaptive_max_pool3d avg_pool2d
avg_pool3d binary_cross_entropy col2im cross_entropy_loss elu elu_ fractional_max_pool2d
fractional_max_pool3d gelu gelu_ glu hardsigmoid hardsigmoid_ hardswish hardswish_ hardtanh
hardtanh_ huber_loss im2col l1_loss leaky_relu leaky_relu_ linear log_sigmoid max_unpool2d
max_unpool3d mish mish_ mse_loss multi_margin_loss multilabel_margin_loss nll_loss nll_loss2d
nll_loss_nd one_hot pad pad_sequence reflection_pad1d reflection_pad2d reflection_pad3d relu6
relu6_ replication_pad1d replication_pad2d replication_pad3d rrelu_with_noise rrelu_with_noise_
scaled_dot_product_attention silu silu_ smooth_l1_loss soft_margin_loss softplus softshrink
unflatten_dense_tensors upsample_bicubic2d upsample_bilinear2d upsample_linear1d
upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_trilinear3d)";

constexpr std::string_view kInit =
    R"(calculate_gain constant_ dirac_ eye_ kaiming_normal_ kaiming_uniform_ normal_ ones_ orthogonal_
sparse_ trunc_normal_ uniform_ xavier_normal_ xavier_uniform_ zeros_)";

constexpr std::string_view kTensorFunctions =
    R"(align_tensors atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors
cartesian_prod cdist chain_matmul einsum norm split stft tensordot unravel_index)";

constexpr std::string_view kTorchvisionFunctions =
    R"(box_area box_convert box_iou check_roi_boxes_shape clip_boxes_to_image complete_box_iou
complete_box_iou_loss convert_boxes_to_roi_format deform_conv2d distance_box_iou
distance_box_iou_loss drop_block2d drop_block3d generalized_box_iou generalized_box_iou_loss
initLevelMapper masks_to_boxes maybe_cast nms ps_roi_align ps_roi_pool remove_small_boxes
roi_align roi_align_opset11 roi_align_opset16 roi_pool sigmoid_focal_loss
split_normalization_params stochastic_depth symbolic_multi_label_nms)";

constexpr std::string_view kTimmFunctions =
    R"(adaptive_avgmax_pool2d adaptive_catavgmax_pool2d adaptive_pool_feat_mult apply_keep_indices_nlc
apply_rot_embed apply_rot_embed_cat apply_rot_embed_list apply_rot_embed_split avg_pool2d_same
build_fourier_pos_embed build_rotary_pos_embed build_sincos2d_pos_embed
calculate_drop_path_rates conv2d_same create_aa create_act_layer create_attn create_classifier
create_conv2d create_conv2d_pad create_norm_layer create_pool2d create_rope_embed drop_block_2d
drop_block_fast_2d drop_path extend_tuple fast_group_norm fast_layer_norm fast_rms_norm
fast_rms_norm2d fast_simple_norm freeze_batch_norm_2d freq_bands gelu gelu_tanh
gen_relative_log_coords gen_relative_position_index generate_lookup_tensor get_act_fn
get_act_layer get_attn get_autocast_dtype get_channel_dim get_condconv_initializer
get_device_dtype get_mixed_freqs get_mixed_grid get_norm_act_layer get_norm_layer get_padding
get_padding_value get_same_padding get_spatial_dim global_pool_nlc group_rms group_std
group_std_tpu hard_mish hard_mish_bwd hard_mish_fwd hard_mish_jit hard_mish_jit_bwd
hard_mish_jit_fwd hard_mish_me hard_sigmoid hard_sigmoid_bwd hard_sigmoid_fwd hard_sigmoid_jit
hard_sigmoid_jit_bwd hard_sigmoid_jit_fwd hard_sigmoid_me hard_swish hard_swish_bwd
hard_swish_fwd hard_swish_jit hard_swish_jit_bwd hard_swish_jit_fwd hard_swish_me
init_random_2d_freqs init_weight_jax init_weight_vit instance_rms instance_std instance_std_tpu
inv_freq_bands inv_instance_rms is_autocast_enabled is_exportable is_exporting is_fast_norm
is_meta_device is_no_jit is_notrace_function is_notrace_module is_scriptable is_static_pad
lecun_normal_ make_coords_dinov3 make_divisible manual_var max_pool2d_same maybe_add_mask
meshgrid mish mish_bwd mish_fwd mish_jit mish_jit_bwd mish_jit_fwd mish_me nchw_to ndgrid
nhwc_to nullwrap pad_same pad_same_arg patch_dropout_forward pixel_freq_bands quick_gelu
reindex_2d_einsum_lookup rel_logits_1d rel_pos_indices resample_abs_pos_embed
resample_abs_pos_embed_nhwc resample_patch_embed resample_patch_embed_old
resize_rel_pos_bias_table resize_rel_pos_bias_table_levit resize_rel_pos_bias_table_simple
resolve_self_attn_mask rms_norm rms_norm2d rope_rotate_half rot select_adaptive_pool2d sigmoid
simple_norm swap_shape_xy swish swish_bwd swish_fwd swish_jit swish_jit_bwd swish_jit_fwd
swish_me tanh trunc_normal_ trunc_normal_tf_ unfreeze_batch_norm_2d use_fused_attn
use_reentrant_ckpt variance_scaling_ window_partition window_reverse)";

// clang-format on

/// Without data pipes, which run code on their states, and without loaders' workers.
constexpr std::string_view kDataSets =
    R"(BatchSampler ChainDataset ConcatDataset DataLoader Dataset DistributedSampler IterableDataset
RandomSampler Sampler SequentialSampler StackDataset Subset SubsetRandomSampler TensorDataset
WeightedRandomSampler)";

constexpr PackageNames kTorchClasses[] = {{"torch.nn", kLayers},
                                          {"torch.utils.data", kDataSets},
                                          {"torch.nn", kParallelAndUtilities},
                                          {"torch.optim", kOptimizers},
                                          {"torchvision.models", kTorchvisionModels},
                                          {"torchvision.ops", kTorchvisionOps},
                                          {"timm.layers", kTimmLayers},
                                          {"timm.models", kTimmLayers},
                                          {"timm.models", kTimmModels}};

/// torchvision's and timm's models are not among them: theirs build what texts name.
constexpr PackageNames kTorchCallables[] = {{"torch.nn", kLayers},
                                            {"torch.optim", kOptimizers},
                                            {"torchvision.ops", kTorchvisionOps},
                                            {"timm.layers", kTimmLayers},
                                            {"timm.models.layers", kTimmLayers},
                                            {"torch.nn.functional", kFunctional},
                                            {"torch._C._nn", kNative},
                                            {"torch.nn.init", kInit},
                                            {"torch.functional", kTensorFunctions},
                                            {"torchvision.ops", kTorchvisionFunctions},
                                            {"timm.layers", kTimmFunctions},
                                            {"timm.models.layers", kTimmFunctions}};

}  // namespace

std::span<const PackageNames> torch_classes() noexcept {
  return kTorchClasses;
}

std::span<const PackageNames> torch_callables() noexcept {
  return kTorchCallables;
}

}  // namespace harness
