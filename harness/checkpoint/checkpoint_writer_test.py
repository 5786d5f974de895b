"""PyTorch's side of checkpoint_writer_test: prints what torch.load(weights_only=True) makes of files.

Usage: checkpoint_writer_test.py FILE.pth...

One line of JSON for each file: the value with its types spelled out, tensors as dtype, shape and the
digest of harness/checkpoint/tensor_view.h. Zip files are read three ways, which have to agree: copied,
mapped, and mapped with computed places instead of the directory's.
"""

import collections
import hashlib
import json
import sys

import torch
import torch.utils.serialization.config as settings


def spelled(value):
    if isinstance(value, torch.Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        head = f"{dtype} {list(value.shape)}"
        flat = value.contiguous().reshape(-1)
        data = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
        return f"{head} {hashlib.sha256((head + chr(10)).encode() + data).hexdigest()}"
    if isinstance(value, dict):
        pairs = [[spelled(key), spelled(item)] for key, item in value.items()]
        spelling = {type(value).__name__: pairs}
        if isinstance(value, collections.OrderedDict) and vars(value):
            spelling["attributes"] = spelled(vars(value))
        return spelling
    if isinstance(value, (list, tuple, set)):
        return {type(value).__name__: [spelled(item) for item in value]}
    return {type(value).__name__: repr(value)}


def shares(value):
    """Whether tensors called a and b are views of one storage."""
    tensors = value.get("state_dict", {})
    if "a" not in tensors or "b" not in tensors:
        return None
    return tensors["a"].untyped_storage().data_ptr() == tensors["b"].untyped_storage().data_ptr()


def main():
    for path in sys.argv[1:]:
        value = torch.load(path, weights_only=True)
        text = spelled(value)
        with open(path, "rb") as file:
            is_zip = file.read(2) == b"PK"
        if is_zip:
            assert spelled(torch.load(path, weights_only=True, mmap=True)) == text
            settings.load.calculate_storage_offsets = True
            assert spelled(torch.load(path, weights_only=True, mmap=True)) == text
            settings.load.calculate_storage_offsets = False
        print(json.dumps({"zip": is_zip, "shares": shares(value), "value": text}))


if __name__ == "__main__":
    main()
