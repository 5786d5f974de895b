#!/usr/bin/env python3
"""Writes a lock file (halfproof.lock/1, docs/formats.md) for the files of a zoo on this machine.

    python3 checksums/make_lock.py checksums/minizoo.lock.json fixtures/minizoo/zoo

Takes every *.pth and *.log.json below the folder. An entry that is there and still right keeps its
date; one that is there and no longer right ends the run, because a lock that follows its files locks
nothing.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import sys


def hash_in_name(name):
    found = re.search(r"-([0-9a-f]{8})\.[^-]+$", name)
    return found.group(1) if found else ""


def entry_for(path, lock):
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    expected = hash_in_name(path.name)
    if not digest.startswith(expected):
        sys.exit(f"{path}: expected a sha256 that starts with {expected}, got {digest}")
    return {
        "sha256": digest,
        "size": len(data),
        "urls": [pathlib.PurePath(os.path.relpath(path, lock.parent)).as_posix()],
        "trust": "name-hash" if expected else "first-use",
        "added": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    lock, zoo = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files = json.loads(lock.read_text(encoding="utf-8"))["files"] if lock.exists() else {}
    for path in sorted([*zoo.rglob("*.pth"), *zoo.rglob("*.log.json")]):
        entry = entry_for(path, lock)
        old = files.setdefault(path.name, entry)
        if old["sha256"] != entry["sha256"]:
            sys.exit(f"{path}: expected sha256 {old['sha256']} (as locked), got {entry['sha256']}")
    text = json.dumps({"schema": "halfproof.lock/1", "files": dict(sorted(files.items()))},
                      indent=1, ensure_ascii=False)
    lock.write_text(text + "\n", encoding="utf-8")
    print(f"{lock}: {len(files)} files")


main()
