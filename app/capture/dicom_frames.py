"""The frames inside a DICOM file: where they lie, and what makes pixels of them. Imports pydicom, so import it late.

Only the elements named in `TAGS` are read, so that no name, date or number of a patient ever gets into the program.
"""

from __future__ import annotations

import io
import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut, get_decoder
from pydicom.uid import UID

from app.capture.files import unreadable
from app.capture.pixels import as_pixels, decode_image
from app.capture.source import Pixels, SourceError

TAGS = [
    "BitsAllocated", "BitsStored", "CineRate", "Columns", "ExtendedOffsetTable", "FrameTime", "FrameTimeVector",
    "NumberOfFrames", "PhotometricInterpretation", "PixelRepresentation", "PlanarConfiguration",
    "RecommendedDisplayFrameRate", "RescaleIntercept", "RescaleSlope", "Rows", "SamplesPerPixel",
    "SequenceOfUltrasoundRegions", "WindowCenter", "WindowWidth",
    *(f"{color}PaletteColorLookupTable{part}" for color in ("Red", "Green", "Blue") for part in ("Data", "Descriptor")),
    *(f"Segmented{color}PaletteColorLookupTableData" for color in ("Red", "Green", "Blue")),
]  # fmt: skip
"""What is read of a file besides the pixels."""

VIDEO = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in range(100, 109)) | frozenset(
    f"1.2.840.10008.1.2.4.{number}.1" for number in range(100, 107)
)
"""Transfer syntaxes whose pixel data is one video stream: MPEG-2, MPEG-4/H.264, HEVC."""
BIG_ENDIAN = "1.2.840.10008.1.2.2"
UNCOMPRESSED = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", BIG_ENDIAN})
LOSSLESS_JPEG = frozenset({"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"})
BASELINE_JPEG = "1.2.840.10008.1.2.4.50"
JPEG_LS = frozenset({"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"})
EXTENDED_JPEG = "1.2.840.10008.1.2.4.51"
DEFLATED, EXPLICIT = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.1"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
JPEG_2000 = "1.2.840.10008.1.2.4.91"
HIGH_THROUGHPUT = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (201, 202, 203))
"""JPEG 2000 with another coder of blocks, which Pillow's OpenJPEG knows and pydicom does not ask it for."""
INSTALL = {
    EXTENDED_JPEG: "python-gdcm",
    "1.2.840.10008.1.2.4.57": "python-gdcm",
    "1.2.840.10008.1.2.4.70": "python-gdcm",
    "1.2.840.10008.1.2.4.80": "pyjpegls or python-gdcm",
    "1.2.840.10008.1.2.4.81": "pyjpegls or python-gdcm",
}
"""The package that reads a transfer syntax where what came with the program does not."""
MOST_PIXELS = 64_000_000
"""A frame of more has a damaged header."""
MOST_INFLATED = 1_000_000_000
"""A deflated file is unpacked into memory, up to so many bytes."""
MOST_FRAMES = 1_000_000
"""A clip of more has a damaged header."""
_STARTS = (b"\xff\xd8", b"\xff\x4f")
"""How a picture begins in JPEG and JPEG-LS, and in JPEG 2000."""

# What pydicom finds wrong it says with the element's value, which may be a patient's name.
config.settings.reading_validation_mode = config.IGNORE
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Layout:
    """Where the frames of a file lie."""

    claimed: int
    """Number of frames that the header says."""
    frames: list[list[tuple[int, int]]]
    """Offset and length, in bytes, of each piece of each frame that is there; of a video, all pieces as one frame."""


class DicomFrames:
    """An open DICOM file whose frames are decoded one at a time. Raises SourceError from everything but `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _open(path)
        self._type = "OB"
        try:
            self._file, deflated = _inflated(path, self._file)
            self.header = read_header(path, self._file, TAGS)
            self.syntax = _syntax(path, self.header)
            self.stored_as = syntax_name(DEFLATED if deflated else self.syntax)
            """What people call the way in which the frames are stored."""
            self.is_video = self.syntax in VIDEO
            self._check()
            self._layout = self._find_frames()
            self._table = None if self.is_video else self._make_table()
        except SourceError:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise unreadable(path, error) from error
        # Whatever pydicom makes of a damaged header must reach the user as one sentence.
        except Exception as error:
            self.close()
            raise _damaged(path) from error

    @property
    def claimed(self) -> int:
        """Number of frames that the header says."""
        return self._layout.claimed

    @property
    def count(self) -> int:
        """Number of frames that are there."""
        return len(self._layout.frames)

    def close(self) -> None:
        """Lets the file go."""
        self._file.close()

    def decode(self, frame: int) -> Pixels:
        """Frame `frame`, counted from 0: uint8 (height, width) or (height, width, 3) BGR."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self._decode(frame)
        except OSError as error:
            if error.errno is not None:
                raise unreadable(self.path, error) from error
            raise self._undecodable(frame) from error
        # Decoders throw anything at damaged data.
        except Exception as error:
            raise self._undecodable(frame) from error

    def damaged(self) -> SourceError:
        """One sentence for a header that makes no sense."""
        return _damaged(self.path)

    def stream(self) -> PieceStream:
        """The video inside, as a file that lies nowhere; its caller closes it."""
        return PieceStream(_open(self.path), self._layout.frames[0])

    def _decode(self, frame: int) -> Pixels:
        data = b"".join(self._piece(offset, length) for offset, length in self._layout.frames[frame])
        if self.syntax in LOSSLESS_JPEG and self.header.BitsAllocated == 8:
            return self._lossless_jpeg(data)
        if self.syntax in JPEG_LS and _jpeg_ls_size(data) != (self.header.Columns, self.header.Rows):
            # A damaged one would be decoded all the same, for minutes and into all the memory there is.
            raise ValueError("another size than the header says")
        decoder = get_decoder(UID(self._read_as()))
        if decoder.UID.is_encapsulated:
            data = encapsulate([data], has_bot=False)
        header = self.header
        array, made = decoder.as_array(
            data,
            rows=header.Rows,
            columns=header.Columns,
            samples_per_pixel=header.SamplesPerPixel,
            photometric_interpretation=header.PhotometricInterpretation,
            bits_allocated=header.BitsAllocated,
            bits_stored=header.BitsStored,
            pixel_representation=header.get("PixelRepresentation", 0),
            planar_configuration=header.get("PlanarConfiguration", 0) or 0,
            number_of_frames=1,
            pixel_keyword="PixelData",
            pixel_vr="OW" if self._swaps_bytes() or self.header.BitsAllocated > 8 else "OB",
            raw=self.syntax == BASELINE_JPEG,
        )
        if array.ndim == 3:
            if made["photometric_interpretation"] in ("YBR_FULL", "YBR_FULL_422"):
                # What pydicom does too, in a tenth of the time.
                return as_pixels(cv2.cvtColor(array[..., [0, 2, 1]], cv2.COLOR_YCrCb2BGR))
            if made["photometric_interpretation"] != "RGB":
                raise ValueError("colours that are not known")
            bits = int(header.BitsStored)
            array = array if array.dtype == np.uint8 else (array >> max(bits - 8, 0)).astype(np.uint8)
            return as_pixels(cv2.cvtColor(array, cv2.COLOR_RGB2BGR))
        return self._shown(array)

    def _read_as(self) -> str:
        return JPEG_2000 if self.syntax in HIGH_THROUGHPUT else self.syntax

    def _lossless_jpeg(self, data: bytes) -> Pixels:
        """OpenCV's libjpeg-turbo reads it, and pydicom knows of no decoder under a licence that fits."""
        pixels = decode_image(np.frombuffer(data, np.uint8))
        rows, columns, samples = self.header.Rows, self.header.Columns, self.header.SamplesPerPixel
        if pixels.shape != ((rows, columns, 3) if samples == 3 else (rows, columns)):
            raise ValueError("another size than the header says")
        if samples == 3 and self.header.PhotometricInterpretation != "RGB":
            raise ValueError("colours that are not known")
        return pixels if samples == 3 else self._shown(pixels)

    def _shown(self, array: NDArray[Any]) -> Pixels:
        if self._table is None:
            return as_pixels(array.astype(np.uint8))  # Eight bits may lie in sixteen.
        return as_pixels(self._table[array.astype(np.int32) & (len(self._table) - 1)])

    def _piece(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)

    def _check(self) -> None:
        """Raises SourceError for what is no picture, or of a kind that cannot be read."""
        header = self.header
        if any(keyword not in header for keyword in ("Rows", "Columns", "BitsAllocated", "PhotometricInterpretation")):
            raise SourceError(f"{self.path} is a DICOM file without a picture: choose an ultrasound image or clip.")
        if not 0 < header.Rows * header.Columns <= MOST_PIXELS or header.get("SamplesPerPixel", 1) not in (1, 3):
            raise _damaged(self.path)
        header.SamplesPerPixel = header.get("SamplesPerPixel", 1)
        header.BitsStored = header.get("BitsStored", header.BitsAllocated)
        if self.is_video:
            return
        if header.BitsAllocated not in (8, 16) or not 0 < header.BitsStored <= header.BitsAllocated:
            raise SourceError(
                f"{self.path} has pixels of {int(header.BitsAllocated)} bits, and 8 and 16 can be shown:"
                " export it as 8 bits, or as a video."
            )
        if self.syntax == DEFLATED_FRAMES or not UID(self.syntax).is_transfer_syntax or not self._is_decodable():
            raise SourceError(
                f"{self.path} is stored as {syntax_name(self.syntax)}, which cannot be read here: "
                f"{_what_to_do(self.syntax)}"
            )

    def _is_decodable(self) -> bool:
        if self.syntax in LOSSLESS_JPEG and self.header.BitsAllocated == 8:
            return True
        try:
            plugins = get_decoder(UID(self._read_as())).available_plugins
            # Pillow is offered for it, and has it for 8 bits only.
            deep = self.syntax == EXTENDED_JPEG and self.header.BitsAllocated > 8
            return bool(set(plugins) - {"pillow"} if deep else plugins or self.syntax in UNCOMPRESSED)
        except NotImplementedError:
            return False

    def _find_frames(self) -> Layout:
        claimed = int(self.header.get("NumberOfFrames") or 1)
        if not 0 < claimed <= MOST_FRAMES:
            raise _damaged(self.path)
        head = self._file.read(8)
        order = ">" if self.syntax == BIG_ENDIAN else "<"
        # Some writers leave the two letters of the type out whatever the transfer syntax says.
        if head[4:6] in (b"OB", b"OW", b"UN"):
            self._type = head[4:6].decode()
            self._file.seek(4, io.SEEK_CUR)
        if head[:4] != struct.pack(f"{order}HH", 0x7FE0, 0x0010):
            raise SourceError(f"{self.path} is a DICOM file without a picture: choose an ultrasound image or clip.")
        start = self._file.tell()
        size = self._file.seek(0, io.SEEK_END)
        if UID(self.syntax).is_encapsulated:
            frames = self._encapsulated(start, size, claimed)
        else:
            frames = self._native(start, size, claimed)
        if not frames:
            raise SourceError(f"{self.path} ends before its first frame: copy it again from where it came.")
        return Layout(claimed, frames)

    def _native(self, start: int, size: int, claimed: int) -> list[list[tuple[int, int]]]:
        header = self.header
        samples = 2 if header.PhotometricInterpretation == "YBR_FULL_422" else header.SamplesPerPixel
        length = header.Rows * header.Columns * samples * header.BitsAllocated // 8
        there = min(claimed, (size - start) // length)
        if self._swaps_bytes() and length % 2:
            if claimed > 1:
                raise SourceError(f"{self.path} has frames of an odd size in Big Endian: export it as Little Endian.")
            return [[(start, length + 1)]] if there else []
        return [[(start + number * length, length)] for number in range(there)]

    def _swaps_bytes(self) -> bool:
        return bool(self.syntax == BIG_ENDIAN and self._type == "OW" and self.header.BitsAllocated == 8)

    def _encapsulated(self, start: int, size: int, claimed: int) -> list[list[tuple[int, int]]]:
        # Without a buffer, which would be filled anew for each of many items.
        with self.path.open("rb", buffering=0) as file:
            pieces = list(_items(file, start, size))
        offsets, pieces = pieces[:1], pieces[1:]
        if self.is_video or claimed == 1:
            return [pieces] if pieces else []
        if len(pieces) == claimed:
            return [[piece] for piece in pieces]
        firsts = self._firsts(offsets[0] if offsets else (start, 0), pieces)
        return [pieces[first:end] for first, end in zip(firsts, [*firsts[1:], len(pieces)], strict=True)][:claimed]

    def _firsts(self, table: tuple[int, int], pieces: list[tuple[int, int]]) -> list[int]:
        """The number of the first piece of each frame, by the offset table, or by how pictures begin."""
        if not pieces:
            return []
        data = self.header.get("ExtendedOffsetTable") or b""
        wanted = [value for (value,) in struct.iter_unpack("<Q", data[: len(data) // 8 * 8])]
        if not wanted:
            data = self._piece(*table)
            wanted = [value for (value,) in struct.iter_unpack("<I", data[: len(data) // 4 * 4])]
        number_at = {offset - pieces[0][0]: number for number, (offset, _) in enumerate(pieces)}
        # A file that was cut off lacks the last ones.
        firsts = [number_at[offset] for offset in wanted if offset in number_at]
        if firsts and firsts[0] == 0 and firsts == sorted(set(firsts)):
            return firsts
        begins = [number for number, (offset, _) in enumerate(pieces) if self._piece(offset, 2) in _STARTS]
        return begins or list(range(len(pieces)))

    def _make_table(self) -> NDArray[np.uint8] | None:
        """What each stored value looks like, uint8 (values,) or (values, 3) BGR; None where that is the value itself.

        Linear window: DICOM PS3.3, C.11.2.1.2.1.
        """
        header = self.header
        if header.SamplesPerPixel != 1:
            return None
        bits = int(header.BitsStored)
        stored = np.arange(1 << bits)
        if header.PhotometricInterpretation == "PALETTE COLOR":
            colors: NDArray[Any] = apply_color_lut(stored.astype(np.uint16)[None], header)[0]
            return _eight_bits(colors)[:, ::-1]
        values = stored.astype(np.float64)
        if header.get("PixelRepresentation", 0):
            values[1 << (bits - 1) :] -= 1 << bits
        low, high = values.min(), values.max()
        center, width = _first(header.get("WindowCenter")), _first(header.get("WindowWidth"))
        if center is not None and width is not None and width > 1:
            values = values * (_first(header.get("RescaleSlope")) or 1.0) + (
                _first(header.get("RescaleIntercept")) or 0.0
            )
            low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
        shown = np.clip((values - low) / (high - low), 0, 1) * 255
        table: NDArray[np.uint8] = np.rint(255 - shown if self._is_inverted() else shown).astype(np.uint8)
        return None if bits == 8 and np.array_equal(table, stored) else table

    def _is_inverted(self) -> bool:
        return bool(self.header.PhotometricInterpretation == "MONOCHROME1")

    def _undecodable(self, frame: int) -> SourceError:
        name = syntax_name(self.syntax)
        return SourceError(
            f"{self.path} has a frame, number {frame}, that cannot be decoded ({name}):"
            " copy it again from where it came, or export it uncompressed."
        )


class PieceStream(io.BufferedIOBase):
    """The pieces of a file one behind the other, read where they lie: nothing is copied to disk or held in memory."""

    def __init__(self, file: BinaryIO, pieces: list[tuple[int, int]]) -> None:
        self._file = file
        self._pieces = pieces
        self._size = sum(length for _, length in pieces)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(self._size - self._at, 0)
        left = left if size is None or size < 0 else min(size, left)
        parts, start = [], 0
        for offset, length in self._pieces:
            if left and start <= self._at < start + length:
                self._file.seek(offset + self._at - start)
                part = self._file.read(min(left, start + length - self._at))
                parts.append(part)
                self._at += len(part)
                left -= len(part)
            start += length
        return b"".join(parts)

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _inflated(path: Path, file: BinaryIO) -> tuple[BinaryIO, bool]:
    """A deflated file as the plain one that it stands for, in memory; any other as it is. And whether it was one.

    Raises SourceError.
    """
    head = file.read(144)
    meta = file.read(min(int.from_bytes(head[140:144], "little"), 1 << 16))
    file.seek(0)
    if head[128:138] != b"DICM\2\0\0\0UL" or DEFLATED.encode() not in meta:
        return file, False
    with file:
        file.seek(len(head) + len(meta))
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            body = unpacker.decompress(file.read(), MOST_INFLATED)
        except zlib.error as error:
            raise _damaged(path) from error
    if unpacker.unconsumed_tail:
        raise SourceError(f"{path} holds over {MOST_INFLATED // 10**9} GB when unpacked: export it uncompressed.")
    plain = meta.replace(DEFLATED.encode(), EXPLICIT.encode().ljust(len(DEFLATED), b"\0"))
    return io.BytesIO(head + plain + body), True


def read_header(path: Path, file: BinaryIO, tags: list[str]) -> Dataset:
    """The elements `tags` of a file; its position is then at the pixel data. Raises SourceError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dcmread(file, stop_before_pixels=True, specific_tags=list(tags))
    except OSError as error:
        # pydicom raises it without a number at the end of a file.
        raise (unreadable(path, error) if error.errno is not None else _damaged(path)) from error
    # Whatever pydicom makes of a damaged header must reach the user as one sentence.
    except Exception as error:
        raise _damaged(path) from error


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error


def _syntax(path: Path, header: Dataset) -> str:
    syntax = getattr(header, "file_meta", Dataset()).get("TransferSyntaxUID")
    if not syntax:
        raise SourceError(f"{path} does not say how its frames are stored (no transfer syntax): export it again.")
    return str(syntax)


def _what_to_do(syntax: str) -> str:
    package, export = INSTALL.get(syntax), "export it uncompressed or as a video."
    return f"install {package}, or {export}" if package else export


def syntax_name(syntax: str) -> str:
    """What people call a transfer syntax."""
    name = UID(syntax).name
    return name if name != syntax else f"an unknown transfer syntax, {syntax[:64]!a}"


def _jpeg_ls_size(data: bytes) -> tuple[int, int]:
    """Width and height that a JPEG-LS picture says of itself; zeros where it does not."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xF7:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0, 0


def _items(file: io.FileIO, start: int, size: int) -> Iterator[tuple[int, int]]:
    """Offset and length of each item of encapsulated pixel data, the offset table first; stops where the file does."""
    at = start
    for _ in range(MOST_FRAMES):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or head[:4] != b"\xfe\xff\x00\xe0":
            return
        (length,) = struct.unpack("<I", head[4:])
        if at + 8 + length > size:
            return
        yield at + 8, length
        at += 8 + length


def _eight_bits(colors: NDArray[Any]) -> NDArray[np.uint8]:
    """Some machines keep 8-bit colours in a palette of 16 bits."""
    return (colors >> 8 if colors.max() > 255 else colors).astype(np.uint8)


def _first(value: Any) -> float | None:
    """A number, or the first of several; None where there is none."""
    if value is None or value == "":
        return None
    values = value if hasattr(value, "__iter__") and not isinstance(value, str) else [value]
    found = [float(one) for one in values][:1]
    return found[0] if found and np.isfinite(found[0]) else None


def _damaged(path: Path) -> SourceError:
    return SourceError(f"{path} is damaged or cut short as a DICOM file: copy it again from where it came.")
