#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Small files of every kind, and what the reference readers of their formats make of them.

    make.py            writes files/ and expected.json, beside this script
    make.py --check    reads files/ again and exits 1 where a reference differs from expected.json

The references are numpy, pandas, safetensors and Pillow (pip install numpy pandas safetensors pillow),
and Python's json, csv, gzip and zlib. reference_test.cpp compares diffgen's readers with
expected.json, so the suite itself needs none of them. Files that diffgen refuses are in refused.json, by
hand, with a part of the error's text.
"""
import argparse
import csv
import gzip
import io
import json
import pathlib
import struct
import sys
import zlib

try:
    import numpy as np
    import pandas as pd
    import PIL.Image
    import safetensors
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

here = pathlib.Path(__file__).resolve().parent
files = here / "files"

# ---- the files ----------------------------------------------------------------------------------


def write(name, data):
    (files / name).write_bytes(data)


def npy_header(text, version=1):
    head = text.encode()
    size = struct.pack("<H" if version == 1 else "<I", len(head))
    return b"\x93NUMPY" + bytes([version, 0]) + size + head


def make_npy():
    grid = np.array([[0, 1, 2], [3, 100, 127]])
    for kind in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"):
        for order, letter in (("<", "le"), (">", "be")):
            values = grid.astype(order + kind)
            np.save(files / f"{kind}_{letter}.npy", values)
            np.save(files / f"{kind}_{letter}_fortran.npy", np.asfortranarray(values))
    for kind in ("i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1"):
        limits = np.iinfo(kind)
        np.save(files / f"{kind}_limits.npy", np.array([limits.min, limits.max], kind))
    for kind in ("f2", "f4", "f8"):
        limits = np.finfo(kind)
        special = [np.nan, np.inf, -np.inf, -0.0, limits.max, limits.tiny, limits.smallest_subnormal]
        np.save(files / f"{kind}_special.npy", np.array(special, kind))
    cube = np.arange(24, dtype="<i2").reshape(2, 3, 4)
    np.save(files / "cube_fortran.npy", np.asfortranarray(cube))
    np.save(files / "scalar.npy", np.float32(3))
    np.save(files / "empty.npy", np.zeros((0, 3), "f4"))
    np.save(files / "empty_fortran.npy", np.asfortranarray(np.zeros((2, 0, 3), "f4")))
    for version in (1, 2, 3):
        with open(files / f"version{version}.npy", "wb") as f:
            np.lib.format.write_array(f, np.arange(6, dtype="<f4").reshape(2, 3), (version, 0))
    four = struct.pack("<f", 1.5)
    write("native_order.npy",
          npy_header("{'descr': '=f4', 'fortran_order': False, 'shape': (1,), }\n") + four)
    write("no_order.npy",
          npy_header("{'descr': 'f4', 'fortran_order': False, 'shape': (1,), }\n") + four)
    write("python2.npy",
          npy_header("{'shape': (1L,), 'fortran_order': False, 'descr': '<f4'}") + four)
    write("packed.npy.gz", gzip.compress((files / "f4_le.npy").read_bytes(), mtime=0))
    np.save(files / "bad_complex.npy", np.arange(3, dtype="<c8"))
    np.save(files / "bad_struct.npy", np.zeros(3, dtype=[("x", "<f4"), ("y", "<f4")]))
    np.savez(files / "bad_archive.npz", a=np.arange(3.0))


def make_idx():
    for code, kind in ((8, "u1"), (9, "i1"), (11, "i2"), (12, "i4"), (13, "f4"), (14, "f8")):
        values = np.array([[1, 2, 3], [4, 5, 100]]).astype(">" + kind)
        write(f"{kind}.idx", struct.pack(">BBBBII", 0, 0, code, 2, 2, 3) + values.tobytes())
    packed = gzip.compress((files / "u1.idx").read_bytes(), mtime=0)
    write("packed.idx.gz", packed)


def make_gzip():
    text = b"".join(b"%d,%d\n" % (i, i * i) for i in range(2000))
    write("level9.csv.gz", gzip.compress(text, 9, mtime=0))
    write("stored.csv.gz", gzip.compress(text[:300], 0, mtime=0))
    write("members.csv.gz",
          gzip.compress(b"1,2\n", mtime=0) + gzip.compress(b"3,4\n", mtime=0) + b"\0" * 7)
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = body.compress(b"5,6\n") + body.flush()
    head = b"\x1f\x8b\x08" + bytes([4 | 8 | 16 | 2]) + b"\0\0\0\0\0\xff"
    head += b"\x03\0abc" + b"name.csv\0" + b"a comment\0"
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    write("every_field.csv.gz", head + deflated + struct.pack("<II", zlib.crc32(b"5,6\n"), 4))
    fixed = zlib.compressobj(9, zlib.DEFLATED, 31, 9, zlib.Z_FIXED)
    write("fixed.csv.gz", fixed.compress(text[:200]) + fixed.flush())
    huffman = zlib.compressobj(9, zlib.DEFLATED, 31, 9, zlib.Z_HUFFMAN_ONLY)
    write("huffman.csv.gz", huffman.compress(text[:400]) + huffman.flush())


def st(name, header, data=b""):
    head = json.dumps(header).encode()
    write(name, struct.pack("<Q", len(head)) + head + data)


def entry(kind, shape, begin, end):
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


def make_safetensors():
    one = struct.pack("<f", 1)
    st("nothing.safetensors", {})
    st("metadata.safetensors", {"__metadata__": {"a": "b"}})
    st("metadata_empty.safetensors", {"__metadata__": {}})
    st("metadata_null.safetensors", {"__metadata__": None, "x": entry("F32", [1], 0, 4)}, one)
    st("float8.safetensors", {"w": entry("F8_E4M3", [4], 0, 4), "x": entry("F32", [1], 4, 8)},
       b"\0\x38\xb8\x7e" + one)
    st("complex.safetensors", {"c": entry("C64", [1], 0, 8), "x": entry("F32", [1], 8, 12)},
       struct.pack("<fff", 0, 1, 1))
    st("float4.safetensors", {"w": entry("F4", [4], 0, 2), "x": entry("F32", [1], 2, 6)},
       b"\x12\x34" + one)
    st("no_elements.safetensors",
       {"a": entry("F32", [1], 0, 4), "e": entry("F32", [2, 0], 4, 4), "x": entry("F32", [], 4, 8)},
       struct.pack("<ff", 1, 2))
    st("bfloat.safetensors", {"x": entry("BF16", [2], 0, 4)}, b"\x80\x3f\x00\x40")
    kinds = {"F64": "d", "F32": "f", "F16": "e", "I64": "q", "I32": "i", "I16": "h", "I8": "b",
             "U64": "Q", "U32": "I", "U16": "H", "U8": "B", "BOOL": "?"}
    header, data = {}, b""
    for kind, code in kinds.items():
        part = struct.pack("<3" + code, 0, 1, 100 if kind != "BOOL" else 1)
        header[kind.lower()] = entry(kind, [3], len(data), len(data) + len(part))
        data += part
    st("all_types.safetensors", header, data)
    head = json.dumps({"x": entry("F32", [1], 0, 4)}).encode() + b"      "
    write("padded.safetensors", struct.pack("<Q", len(head)) + head + one)
    st("further_member.safetensors", {"x": dict(entry("F32", [1], 0, 4), note="more")}, one)


def make_csv():
    mark = b"\xef\xbb\xbf"
    write("mark_numbers.csv", mark + b"1.5\n2.5\n3.5\n")
    write("mark_two.csv", mark + b"1,2\n3,4\n")
    write("mark_names.csv", mark + b"x,y\n1,2\n")
    write("mark_quoted.csv", mark + b'"x, m","y"\n1,2\n')
    write("crlf.csv", b"x,y\r\n1,2\r\n3,4")
    write("cr.csv", b"x,y\r1,2\r3,4\r")
    write("blank_end.csv", b"x,y\n1,2\n\n")
    write("blank_end_crlf.csv", b"x,y\r\n1,2\r\n\r\n  \r\n")
    write("special.csv", b"x,y\nnan,inf\n-inf,NaN\n")
    write("underflow.csv", b"x,y\n1e-400,-1e-400\n4e-324,0.0000001e-320\n")
    write("underflow_first.csv", b"1e-400\n1\n2\n")
    write("plus.csv", b"x\n+1\n")
    write("years.csv", b"id,2019,2020\n1,2,3\n")
    write("quotes.csv", b'"a ""b""","c\nd"\n"1", 2 \n')
    write("gaps.csv", b"x,y\n1,\n,4\n")
    table = pd.DataFrame(np.array([[1.5, 2.5], [3.5, 4.5]]))
    table.to_csv(files / "pandas_numbers.csv", index=False)
    table.to_csv(files / "pandas_index.csv")
    named = pd.DataFrame({"x": [1.5, 2.5], "y": [0.1, 1e-300]}, index=["a", "b"])
    named.to_csv(files / "pandas_named.csv")
    named.to_csv(files / "pandas_mark.csv", index=False, header=False, encoding="utf-8-sig")
    named.to_csv(files / "pandas_semicolons.csv", index=False, sep=";")
    write("bad_utf16.csv", "1,2\n".encode("utf-16"))
    write("bad_overflow.csv", b"x\n1e400\n")
    write("bad_comment.csv", b"# made by x\n1,2\n")


def make_json():
    write("mark.json", b'\xef\xbb\xbf{"a":1}')
    write("special.json", b'{"a":[NaN,-Infinity,Infinity]}')
    write("underflow.json", b'{"a":[1e-400,-1e-400,0e400,1E-99999,0.0001e-321]}')
    write("numbers.json", b'[0,-0.0,1.5e3,9223372036854775807,-9223372036854775808,0.1]')
    write("large.json", b'{"a":123456789012345678901234567890}')
    write("text.json", '{"\\u00e9\\ud83d\\ude00":"é😀\\n\\/"}'.encode())
    write("bad_utf16.json", '{"a":1}'.encode("utf-16"))
    write("bad_comment.json", b'{"a":1 /*x*/}')
    write("bad_comma.json", b'{"a":[1,2,]}')


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_row(samples, depth):
    if depth == 16:
        return b"".join(struct.pack(">H", s) for s in samples)
    row, held, count = b"", 0, 0
    for s in samples:
        held, count = held << depth | s, count + depth
        if count == 8:
            row, held, count = row + bytes([held]), 0, 0
    return row + bytes([held << 8 - count]) if count else row


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(rows, pixel):
    """The rows with the filters 0 to 4 in turn."""
    out, above = b"", b""
    for number, row in enumerate(rows):
        kind = number % 5
        out += bytes([kind])
        for i, value in enumerate(row):
            left = row[i - pixel] if i >= pixel else 0
            up = above[i] if above else 0
            corner = above[i - pixel] if above and i >= pixel else 0
            guess = (0, left, up, (left + up) // 2, paeth(left, up, corner))[kind]
            out += bytes([value - guess & 255])
        above = row
    return out


adam7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2))


def png(samples, colour, depth, interlaced=False, palette=b"", transparency=None, level=9):
    """samples: rows of pixels of samples."""
    height, width, channels = samples.shape
    pixel = max(1, channels * depth // 8)
    data = b""
    for x, y, dx, dy in adam7 if interlaced else ((0, 0, 1, 1),):
        part = samples[y::dy, x::dx]
        if part.size:
            data += filtered([packed_row([int(s) for s in r.ravel()], depth) for r in part], pixel)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"gAMA", struct.pack(">I", 45455))
    if palette:
        out += chunk(b"PLTE", palette)
    if transparency is not None:
        out += chunk(b"tRNS", transparency)
    rows = zlib.compress(data, level)
    half = len(rows) // 2
    return out + chunk(b"IDAT", rows[:half]) + chunk(b"IDAT", rows[half:]) + chunk(b"IEND", b"")


pictures = {}  # name: samples as written, for the kinds that Pillow does not read as the standard says


def make_png():
    random = np.random.default_rng(1)
    names = {0: "grey", 2: "rgb", 3: "palette", 4: "grey_alpha", 6: "rgb_alpha"}
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
    depths = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
    for colour, name in names.items():
        for depth in depths[colour]:
            for interlaced in (False, True):
                samples = random.integers(0, 2**depth, (9, 11, channels[colour]))
                palette = random.bytes(3 * 2**min(depth, 8)) if colour == 3 else b""
                file = f"{name}{depth}{'_interlaced' if interlaced else ''}.png"
                write(file, png(samples, colour, depth, interlaced, palette))
                pictures[file] = samples
    samples = random.integers(0, 4, (5, 5, 1))
    write("palette_transparent.png", png(samples, 3, 2, False, bytes(range(12)), b"\0\x80"))
    write("grey_transparent.png", png(samples * 85, 0, 8, False, b"", b"\0\xaa"))
    write("grey2_transparent.png", png(samples, 0, 2, False, b"", b"\0\2"))
    pictures["grey2_transparent.png"] = np.dstack((samples * 85, (samples != 2) * 255))
    coloured = random.integers(0, 2, (5, 5, 3)) * 255
    write("rgb_transparent.png", png(coloured, 2, 8, True, b"", b"\0\xff\0\0\0\xff"))
    write("one_pixel_interlaced.png", png(np.array([[[77]]]), 0, 8, True))
    wide = random.integers(0, 256, (3, 300, 3)) // 64
    for level in (0, 1, 6):
        write(f"level{level}.png", png(wide, 2, 8, False, b"", None, level))


# ---- what the references read -------------------------------------------------------------------


def array(values):
    values = np.asarray(values)
    kind = "u64" if values.dtype == np.uint64 else "i64" if values.dtype.kind in "iub" else "f64"
    plain = [float(v) for v in values.ravel()] if kind == "f64" else [int(v) for v in values.ravel()]
    return {"type": kind, "shape": list(values.shape), "values": plain}


def contents(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def read_idx(path):
    data = contents(path)
    kind = {8: "u1", 9: "i1", 11: "i2", 12: "i4", 13: "f4", 14: "f8"}[data[2]]
    shape = struct.unpack_from(">" + "I" * data[3], data, 4)
    return array(np.frombuffer(data, ">" + kind, offset=4 + 4 * data[3]).reshape(shape))


def read_safetensors(path):
    data = path.read_bytes()
    kinds = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2",
             "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}
    tensors = {}
    for name, held in sorted(safetensors.deserialize(data)):
        kind, raw = held["dtype"], bytes(held["data"])
        if kind == "BF16":
            wide = np.frombuffer(raw, "<u2").astype("<u4") << 16
            values = wide.view("<f4")
        elif kind in kinds:
            values = np.frombuffer(raw, kinds[kind])
        else:  # numpy has no such numbers
            tensors[name] = {"bytes": list(raw)}
            continue
        tensors[name] = array(values.reshape(held["shape"]))
    with safetensors.safe_open(path, "np") as opened:
        return {"tensors": tensors, "metadata": opened.metadata() or {}}


csv_options = {
    "mark_numbers.csv": {"header": "absent"}, "mark_two.csv": {"header": "absent"},
    "underflow_first.csv": {"header": "absent"}, "pandas_mark.csv": {"header": "absent"},
    "years.csv": {"header": "present"}, "pandas_numbers.csv": {"header": "present"},
    "pandas_index.csv": {"header": "present", "index_column": True},
    "pandas_named.csv": {"index_column": True}, "gaps.csv": {"gaps": True},
    "pandas_semicolons.csv": {"separator": ";"},
}


def read_csv(path):
    options = csv_options.get(path.name, {})
    absent = options.get("header") == "absent" or path.name.endswith(".gz")
    table = pd.read_csv(path, header=None if absent else 0, sep=options.get("separator", ","),
                        index_col=0 if options.get("index_column") else None,
                        skipinitialspace=True)
    names = [] if absent else [str(c) for c in table.columns]
    if path.suffix == ".csv" and names:  # pandas' names against those of Python's csv
        plain = next(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""),
                                delimiter=options.get("separator", ",")))
        assert names == plain[1 if options.get("index_column") else 0:], (names, plain)
    index = [str(i) for i in table.index] if options.get("index_column") else []
    values = table.to_numpy(float)
    return dict(options, rows=len(table), header_names=names, index=index,
                values=[float(v) for v in values.ravel()])


def read_json(path):
    def plain(value):
        if isinstance(value, list):
            return [plain(v) for v in value]
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        big = isinstance(value, int) and not -2**63 <= value < 2**64
        return float(value) if big else value
    return {"value": plain(json.loads(path.read_bytes()))}


def read_png(path):
    samples = pictures.get(path.name)
    opened = PIL.Image.open(path)
    deep = path.stem.removesuffix("_interlaced").endswith("16")  # of which Pillow keeps 8 bits
    if deep or path.name == "grey2_transparent.png":  # where it takes 2 for one of 8 bits
        if samples is None:
            return None
        if opened.mode == "I;16":
            assert (np.asarray(opened) == samples[:, :, 0]).all(), path
        return {"bits": 16 if deep else 8, "channels": samples.shape[2], "width": opened.width,
                "values": [int(s) for s in samples.ravel()]}
    if "transparency" in opened.info:
        rgba = np.asarray(opened.convert("RGBA"))
        values = rgba[:, :, [0, 3]] if opened.mode in "1L" else rgba
    elif opened.mode in ("1", "L"):
        values = np.asarray(opened.convert("L"))[:, :, None]
    else:
        values = np.asarray(opened.convert("RGB") if opened.mode == "P" else opened)
    return {"bits": 8, "channels": values.shape[2], "width": opened.width,
            "values": [int(s) for s in values.ravel()]}


def read_npy(path):
    return array(np.load(io.BytesIO(contents(path))))


readers = {".npy": read_npy, ".idx": read_idx, ".safetensors": read_safetensors, ".csv": read_csv,
           ".json": read_json, ".png": read_png}


def expected():
    result = {}
    for path in sorted(files.iterdir()):
        if path.name.startswith("bad_"):
            continue
        kind = path.suffixes[-2] if path.suffix == ".gz" else path.suffix
        result[path.name] = readers[kind](path)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="read the files again, and compare")
    check = parser.parse_args().check
    if not check:
        files.mkdir(exist_ok=True)
        for make in (make_npy, make_idx, make_gzip, make_safetensors, make_csv, make_json, make_png):
            make()
    found = expected()
    target = here / "expected.json"
    if not check:
        lines = ",\n".join(f"{json.dumps(n)}: {json.dumps(v)}" for n, v in found.items())
        target.write_text("{\n" + lines + "\n}\n")
        return 0
    told = json.loads(target.read_text())
    wrong = [n for n in told.keys() | found.keys()
             if json.dumps(told.get(n)) != json.dumps(found.get(n)) and found.get(n) is not None]
    for name in sorted(wrong):
        print(f"{name}: the reference reads {json.dumps(found.get(name))[:200]}")
    print(f"{len(found)} files read by the references, {len(wrong)} differ from {target.name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
