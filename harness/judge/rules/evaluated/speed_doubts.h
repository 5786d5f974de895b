#pragma once

#include <optional>
#include <string>

#include "harness/record/run_result.h"
#include "harness/record/speed_record.h"

namespace harness {

/// What makes times doubtful, in words, or "": a doubt turns PASS and FAIL into AMBIGUOUS.

/// What disturbed the GPU, or may have: reasons of the driver for lower clocks other than idleness
/// and chosen clocks, idleness in half of the samples, other processes, a clock that was at its
/// median less than half of the largest, or of what it was when the environment was recorded, and
/// each of these that nobody watched or that the driver does not tell, as are both clocks and the
/// temperature. "" on a CPU.
std::string disturbance(const RunResult& result, const std::optional<ClocksRecord>& clocks);

/// Why the clocks were watched for a part of the time alone: a monitor that reads ten times a
/// second (record/speed_record.h) and read less than half as often ended early. "" without clocks.
std::string unwatched(const std::optional<ClocksRecord>& clocks, double seconds);

/// What was timed at least while the clocks were watched; our own protocol times FP32 in turn.
double seconds_of(const SourceProtocolRecord& source);
double seconds_of(const OwnProtocolRecord& own);

/// Why a CPU did other work meanwhile, which nobody watches: the rates of the two protocols differ
/// (other_rate()). On a GPU that is a contradiction, and "" here.
std::string unsteadiness(const RunResult& result, const SpeedRecord& record);

/// Why nobody knows that the GPU did the work in the time: no roof was measured, the roof before is
/// not the roof after (by a factor of 1.5), or the network is faster than the roof and no kernel
/// was seen that could be Winograd's. "" on a CPU, and where the network keeps below the roof.
std::string unbounded(const RunResult& result, const SpeedRecord& record);

/// Why the times may be another network's: the kernels that were seen compute for less than 0.8 of
/// the network's time (0.98 and more on an H200). "" on a CPU, without a census or our protocol.
std::string unexplained(const RunResult& result, const SpeedRecord& record);

/// Our own protocol warms a GPU up for a second.
std::string coldness(const RunResult& result, const OwnProtocolRecord& own);

/// The source's protocol has more images.
std::string incompleteness(const SourceProtocolRecord& source);

/// A bootstrap over two or three rounds draws the same ones again and again.
std::string too_few_rounds(const OwnProtocolRecord& own);

}  // namespace harness
