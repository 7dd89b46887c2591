#!/usr/bin/env python3
"""test_lock.py FOLDER PROGRAM... - a Windows program and a native one exclude each other on one file (os.h O3).

PROGRAM is hold_lock with its emulator. The native side is the lock of os_posix_file.c, taken here by hand.
"""
import fcntl
import os
import struct
import subprocess
import sys

F_OFD_SETLK, F_OFD_GETLK, OFFSET = 37, 36, 0x7FFFFFFFFFFFFFF0


def lock(kind):
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, OFFSET, 1, 0)


def main():
    folder, program = sys.argv[1], sys.argv[2:]
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "locked.edb")
    with open(path, "wb+") as file:
        file.write(b"x" * 4096)
        file.flush()
        held = subprocess.Popen(program + [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = held.stdout.readline().strip()
        answer = struct.unpack("hhqqi4x", fcntl.fcntl(file, F_OFD_GETLK, lock(fcntl.F_WRLCK)))
        held.communicate("\n")
        print(f"the program said {line!r}; its lock seen from here: {answer[0] != fcntl.F_UNLCK}")
        if line != "held" or answer[0] == fcntl.F_UNLCK or held.returncode != 0:
            return 1
        fcntl.fcntl(file, F_OFD_SETLK, lock(fcntl.F_WRLCK))
        refused = subprocess.run(program + [path], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        print(f"while locked here the program exits with {refused.returncode}: {refused.stdout.strip()}")
        return 0 if refused.returncode == 3 else 1


if __name__ == "__main__":
    sys.exit(main())
