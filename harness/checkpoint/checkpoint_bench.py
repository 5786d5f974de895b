"""PyTorch's side of checkpoint_bench.

checkpoint_bench.py make FOLDER      writes legacy.pth and zip.pth: the state dict of FCN R-101 in FP32
                                     (names and shapes of fixtures/minizoo/goldens/r101_keys.json); and
                                     many_legacy.pth and many_zip.pth: 5,000 tensors of 16 elements
checkpoint_bench.py load FILE RUNS   prints JSON: for each of RUNS calls of torch.load the milliseconds
                                     that passed and those of the processor (user and system)
checkpoint_bench.py mmap FILE RUNS   the same with torch.load(mmap=True), which only zip files allow
"""

import collections
import json
import pathlib
import sys
import time

import torch

KEYS = "fixtures/minizoo/goldens/r101_keys.json"


def make(folder):
    rows = json.load(open(KEYS))
    row = next(rows[name] for name in rows if name.startswith("fcn"))
    state_dict = collections.OrderedDict()
    for name, shape, *_ in row:
        integral = name.endswith("num_batches_tracked")
        state_dict[name] = torch.tensor(1) if integral else torch.randn(shape)
    many = collections.OrderedDict((f"layer.{i}.weight", torch.randn(4, 4)) for i in range(5000))
    for form, is_zip in (("legacy", False), ("zip", True)):
        torch.save({"meta": {"iter": 1}, "state_dict": many}, folder / f"many_{form}.pth",
                   _use_new_zipfile_serialization=is_zip)
        torch.save({"meta": {"iter": 1}, "state_dict": state_dict}, folder / f"{form}.pth",
                   _use_new_zipfile_serialization=is_zip)


def milliseconds(path, runs, **options):
    taken = []
    for _ in range(runs + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        content = torch.load(path, map_location="cpu", weights_only=True, **options)
        taken.append([1e3 * (time.perf_counter() - wall), 1e3 * (time.process_time() - cpu)])
        del content
    return taken[1:]  # The first call imports and warms the cache.


def main():
    command, path = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "make":
        make(path)
    else:
        options = {"mmap": True} if command == "mmap" else {}
        print(json.dumps(milliseconds(path, int(sys.argv[3]), **options)))


if __name__ == "__main__":
    main()
