"""broken.py FOLDER: writes .npy files that are each wrong in one way."""
import os
import struct
import sys

import numpy

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def write(name, data):
    with open(os.path.join(folder, name + ".npy"), "wb") as file:
        file.write(data)


def npy(header, data=b"", version=(1, 0), length=None):
    text = header.encode()
    size = len(text) if length is None else length
    packed = struct.pack("<H" if version[0] == 1 else "<I", size)
    return b"\x93NUMPY" + bytes(version) + packed + text + data


def described(descr="'<f4'", order="False", shape="(1, 1, 2, 8)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


sixteen = bytes(16 * 4)
write("empty", b"")
write("text", b"1.0, 2.0, 3.0\n")
write("signature-only", b"\x93NUMPY")
write("version-9", npy(described(), sixteen, version=(9, 0)))
write("header-too-long", npy(described(), length=60000))
write("header-huge", npy(described(), version=(2, 0), length=0xFFFFFFFF))
write("header-garbage", npy("{'descr': '<f4', 'shape': (1,", sixteen))
write("header-no-shape", npy("{'descr': '<f4', 'fortran_order': False}", sixteen))
write("header-no-colon", npy("{'descr' '<f4'}"))
write("header-behind", npy(described() + "1", sixteen))
write("header-key-twice", npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}"))
write("truncated", npy(described(), sixteen[:-1]))
write("trailing", npy(described(), sixteen + b"abc"))
write("lies", npy(described(shape="(1, 1, 4000000000, 8)"), sixteen))
write("overflows", npy(described(shape="(4294967296, 4294967296, 4, 8)"), sixteen))
write("past-64-bits", npy(described(shape="(1, 1, 99999999999999999999, 8)"), sixteen))
write("negative", npy(described(shape="(1, 1, -2, 8)"), sixteen))
write("sparse", npy(described(descr="'<f2'", shape="(1, 1, 2147483648, 256)")))
with open(os.path.join(folder, "sparse.npy"), "ab") as file:
    file.truncate(file.tell() + 2**31 * 256 * 2)
write("big-endian", npy(described(descr="'>f4'"), sixteen))
write("ints", npy(described(descr="'<i8'"), bytes(128)))
write("structure", npy(described(descr="[('x', '<f4')]"), sixteen))
write("fortran", npy(described(order="True"), sixteen))
write("three-dimensions", npy(described(shape="(1, 2, 8)"), sixteen))
write("size-zero", npy(described(shape="(1, 1, 0, 8)")))
write("head-dim-12", npy(described(shape="(1, 1, 2, 12)"), bytes(2 * 12 * 4)))
# Right, in ways that NumPy does not write by default.
write("version-2", npy(described(), sixteen, version=(2, 0)))
write("version-3", npy(described(), sixteen, version=(3, 0)))
write("keys-reordered", npy('{"shape":(1,1,2,8),"fortran_order":False,"descr":"<f4"}', sixteen))
